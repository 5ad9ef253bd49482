export type TransitedTypeId = number

/** Encodings of the transited field (RFC 4120 §7.5.5); 0 stands in MIT's tickets that crossed no realm. */
export const TransitedType = {
  NONE: 0,
  DOMAIN_X500_COMPRESS: 1,
} as const satisfies Record<string, TransitedTypeId>
