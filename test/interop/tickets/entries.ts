/** A principal of the test realms, in the words of MIT's kadmin; every KDC gets the same ones as far as it can. */
export interface Entry {
  readonly name: string
  readonly kind: 'user' | 'service'
  /** kadmin's `-allow_renewable`, `+needchange` and so on. */
  readonly attribute?: string
  /** Seconds. */
  readonly maxLife?: number
  readonly maxRenewableLife?: number
  readonly expired?: boolean
  readonly passwordExpired?: boolean
  /** Locked after that many wrong passwords. */
  readonly maxFailures?: number
}

export const PASSWORD = 'Passw0rd.Tk'

export const MINUTE = 60
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The maximum of every entry that has none of its own, so that another limit binds. */
export const AMPLE = 60 * DAY
/** Of entries whose own limit binds. */
export const USER_LIFE = 3 * HOUR
export const SERVICE_LIFE = 2 * HOUR
export const USER_RENEWABLE_LIFE = 3 * DAY
export const SERVICE_RENEWABLE_LIFE = 2 * DAY
/** Of the realm. */
export const REALM_LIFE = 24 * HOUR
export const REALM_RENEWABLE_LIFE = 7 * DAY

/** Of KDCs and clients, in seconds: small, so that a test can wait until it is over. */
export const SKEW = 10

/** Failures before an entry with `maxFailures` is locked. */
export const FAILURES = 2

/** Attributes that forbid something to a user, with an entry of their name without the sign. */
const ON_USERS = ['-allow_forwardable', '-allow_proxiable', '-allow_renewable', '-allow_postdated', '-allow_tix', '+needchange']
const ON_SERVICES = [
  '-allow_forwardable',
  '-allow_proxiable',
  '-allow_renewable',
  '-allow_postdated',
  '-allow_tix',
  '-allow_svr',
  '-allow_tgs_req',
  '+requires_preauth',
  '+requires_hwauth',
  '+ok_as_delegate',
]

export function userWith(attribute: string): string {
  return `u${attribute.replace('allow_', 'no-').replaceAll('_', '-').replace('+', '-').replace('--', '-')}`
}

export function serviceWith(attribute: string): string {
  return `svc/${attribute.slice(1).replace('allow_', 'no-').replaceAll('_', '-')}`
}

const CLIENTS = ['mit', 'heimdal', 'ours']

export const ENTRIES: readonly Entry[] = [
  { name: 'alice', kind: 'user' },
  { name: 'bob', kind: 'user' },
  { name: 'u-short', kind: 'user', maxLife: USER_LIFE, maxRenewableLife: USER_RENEWABLE_LIFE },
  { name: 'u-expired', kind: 'user', expired: true },
  { name: 'u-password-expired', kind: 'user', passwordExpired: true },
  { name: 'u-no-preauth', kind: 'user', attribute: '-requires_preauth' },
  { name: 'u-no-dup-skey', kind: 'user', attribute: '-allow_dup_skey' },
  // One for each client, since failures count.
  ...CLIENTS.map(client => ({ name: `u-wrong-${client}`, kind: 'user' }) as const),
  ...CLIENTS.map(client => ({ name: `u-locked-${client}`, kind: 'user', maxFailures: FAILURES }) as const),
  ...ON_USERS.map(attribute => ({ name: userWith(attribute), kind: 'user', attribute }) as const),
  { name: 'svc/plain', kind: 'service' },
  { name: 'svc/short', kind: 'service', maxLife: SERVICE_LIFE, maxRenewableLife: SERVICE_RENEWABLE_LIFE },
  { name: 'svc/expired', kind: 'service', expired: true },
  ...ON_SERVICES.map(attribute => ({ name: serviceWith(attribute), kind: 'service', attribute }) as const),
]
