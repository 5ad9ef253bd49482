/** What kadm5 calls its versions; every call carries one. Version 3 added policies' lockout fields, version 4 their attributes and salts. */
export const ApiVersion = {
  V2: 0x12345702,
  V3: 0x12345703,
  V4: 0x12345704,
} as const

/** The octets of a version that say what it is a version of. */
export const API_VERSION_KIND = 0x12345700
export const API_VERSION_KIND_MASK = 0xffffff00

/** RPC program and version of kadmind. */
export const KADM_PROGRAM = 2112
export const KADM_VERSION = 2

/** Which fields of a principal a call is about. */
export const PrincipalMask = {
  PRINCIPAL: 0x1,
  PRINC_EXPIRE_TIME: 0x2,
  PW_EXPIRATION: 0x4,
  LAST_PWD_CHANGE: 0x8,
  ATTRIBUTES: 0x10,
  MAX_LIFE: 0x20,
  MOD_TIME: 0x40,
  MOD_NAME: 0x80,
  KVNO: 0x100,
  MKVNO: 0x200,
  AUX_ATTRIBUTES: 0x400,
  POLICY: 0x800,
  POLICY_CLR: 0x1000,
  MAX_RLIFE: 0x2000,
  LAST_SUCCESS: 0x4000,
  LAST_FAILED: 0x8000,
  FAIL_AUTH_COUNT: 0x10000,
  KEY_DATA: 0x20000,
  TL_DATA: 0x40000,
  /** Every field but keys and tagged data, as kadmin asks for it before a change. */
  NORMAL: 0x41ffff,
} as const

/** Which fields of a policy a call is about. */
export const PolicyMask = {
  POLICY: 0x800,
  PW_MAX_LIFE: 0x4000,
  PW_MIN_LIFE: 0x8000,
  PW_MIN_LENGTH: 0x10000,
  PW_MIN_CLASSES: 0x20000,
  PW_HISTORY_NUM: 0x40000,
  REF_COUNT: 0x80000,
  PW_MAX_FAILURE: 0x100000,
  PW_FAILURE_COUNT_INTERVAL: 0x200000,
  PW_LOCKOUT_DURATION: 0x400000,
  POLICY_ATTRIBUTES: 0x800000,
  POLICY_MAX_LIFE: 0x1000000,
  POLICY_MAX_RLIFE: 0x2000000,
  POLICY_ALLOWED_KEYSALTS: 0x4000000,
  POLICY_TL_DATA: 0x8000000,
} as const

/** Bit of aux_attributes: the principal has a policy. */
export const AUX_HAS_POLICY = 0x800

/** Types of tagged data that cross the wire; those below 256 are the database's own. */
export const WireTlType = {
  /** Time of the last unlock, four octets, the lowest first. */
  LAST_ADMIN_UNLOCK: 0x700,
  /** An argument for the database's module, with a NUL at its end. */
  DB_ARGS: 0x7fff,
} as const

/** Bits of get_privs. */
export const Privilege = {
  GET: 1,
  ADD: 2,
  MODIFY: 4,
  DELETE: 8,
} as const

/** keepkvno of purgekeys that removes every key. */
export const PURGE_ALL = 0x7fffffff
