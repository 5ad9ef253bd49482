export type PaTypeId = number

/** Pre-authentication data types (RFC 4120 §7.5.2 and the later documents named below). */
export const PaType = {
  TGS_REQ: 1,
  ENC_TIMESTAMP: 2,
  PW_SALT: 3,
  ENC_UNIX_TIME: 5,
  SANDIA_SECUREID: 6,
  SESAME: 7,
  OSF_DCE: 8,
  CYBERSAFE_SECUREID: 9,
  AFS3_SALT: 10,
  ETYPE_INFO: 11,
  SAM_CHALLENGE: 12,
  SAM_RESPONSE: 13,
  PK_AS_REQ_OLD: 14,
  PK_AS_REP_OLD: 15,
  /** RFC 4556. */
  PK_AS_REQ: 16,
  PK_AS_REP: 17,
  ETYPE_INFO2: 19,
  SVR_REFERRAL_INFO: 20,
  SAM_REDIRECT: 21,
  GET_FROM_TYPED_DATA: 22,
  SAM_CHALLENGE2: 30,
  SAM_RESPONSE2: 31,
  /** MS-KILE §2.2.3, MS-SFU §2.2. */
  PAC_REQUEST: 128,
  FOR_USER: 129,
  S4U_X509_USER: 130,
  AS_CHECKSUM: 132,
  /** RFC 6113. */
  FX_COOKIE: 133,
  FX_FAST: 136,
  FX_ERROR: 137,
  ENCRYPTED_CHALLENGE: 138,
  /** RFC 6560. */
  OTP_CHALLENGE: 141,
  OTP_REQUEST: 142,
  OTP_PIN_CHANGE: 144,
  /** RFC 8062 (anonymous PKINIT), RFC 6806 §11, RFC 8070. */
  PKINIT_KX: 147,
  REQ_ENC_PA_REP: 149,
  AS_FRESHNESS: 150,
  /** RFC 9588. */
  SPAKE: 151,
  REDHAT_IDP_OAUTH2: 152,
  REDHAT_PASSKEY: 153,
  /** MS-KILE §2.2.8, §2.2.10. */
  SUPPORTED_ETYPES: 165,
  PAC_OPTIONS: 167,
} as const satisfies Record<string, PaTypeId>

/** Name as MIT's traces show it (`PA-ETYPE-INFO2`); undefined for types that MIT shows by number alone. */
export function paTypeName(id: PaTypeId): string | undefined {
  return NAMES.get(id)
}

const NAMES = new Map<PaTypeId, string>(
  (Object.keys(PaType) as (keyof typeof PaType)[]).map(key => [PaType[key], `PA-${key.replaceAll('_', '-')}`]),
)
// MIT's spelling departs from the rule here, and it shows the last two by number.
NAMES.set(PaType.PK_AS_REQ_OLD, 'PA-PK-AS-REQ_OLD')
NAMES.set(PaType.PK_AS_REP_OLD, 'PA-PK-AS-REP_OLD')
NAMES.set(PaType.FOR_USER, 'PA-FOR_USER')
NAMES.set(PaType.S4U_X509_USER, 'PA-FOR-X509-USER')
NAMES.set(PaType.AS_FRESHNESS, 'PA_AS_FRESHNESS')
NAMES.delete(PaType.SUPPORTED_ETYPES)
NAMES.delete(PaType.PAC_OPTIONS)
