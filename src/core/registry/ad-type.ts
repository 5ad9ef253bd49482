export type AdTypeId = number

/** Authorization data types (RFC 4120 §7.5.4 and the later documents named below). */
export const AdType = {
  IF_RELEVANT: 1,
  INTENDED_FOR_SERVER: 2,
  INTENDED_FOR_APPLICATION_CLASS: 3,
  KDC_ISSUED: 4,
  AND_OR: 5,
  MANDATORY_TICKET_EXTENSIONS: 6,
  IN_TICKET_EXTENSIONS: 7,
  MANDATORY_FOR_KDC: 8,
  /** RFC 4556 §3.2.4. */
  INITIAL_VERIFIED_CAS: 9,
  OSF_DCE: 64,
  SESAME: 65,
  OSF_DCE_PKI_CERTID: 66,
  /** RFC 6113 §5.4.1.1. */
  FX_FAST_ARMOR: 71,
  FX_FAST_USED: 72,
  /** RFC 7751. */
  CAMMAC: 96,
  /** RFC 8129. */
  AUTHENTICATION_INDICATOR: 97,
  /** MS-KILE. */
  WIN2K_PAC: 128,
  /** RFC 4537. */
  ETYPE_NEGOTIATION: 129,
  /** MS-KILE §2.2.7, §2.2.8. */
  TOKEN_RESTRICTIONS: 141,
  AP_OPTIONS: 143,
  TARGET_PRINCIPAL: 144,
  /** Older MIT realms. */
  SIGNTICKET: 512,
} as const satisfies Record<string, AdTypeId>
