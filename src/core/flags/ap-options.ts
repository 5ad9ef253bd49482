/** APOptions (RFC 4120 §5.5.1), bit 0 = 0x80000000. */
export const ApOptions = {
  USE_SESSION_KEY: 0x40000000,
  MUTUAL_REQUIRED: 0x20000000,
} as const
