import type { Profile } from './profile.ts'
import { parseBoolean } from './values.ts'

export type LogDestination =
  | { readonly kind: 'file'; readonly path: string; readonly append: boolean }
  | { readonly kind: 'device'; readonly path: string }
  | { readonly kind: 'stderr' }
  | { readonly kind: 'console' }
  | { readonly kind: 'syslog'; readonly facility: string }

export interface Logging {
  /** At least one: the system log when nothing else is configured. */
  readonly destinations: readonly LogDestination[]
  /** Values that mean nothing, for the warning that MIT's servers print: `PROG: cannot parse <VALUE>`. */
  readonly unreadable: readonly string[]
  /** Debug messages are wanted in other places than the system log too. */
  readonly debug: boolean
}

/** `[logging] kdc` or `admin_server`, several allowed, else `default`. */
export function logging(profile: Profile, entity: 'kdc' | 'admin_server'): Logging {
  const own = profile.values('logging', entity)
  const texts = (own.length > 0 ? own : profile.values('logging', 'default')).map(value => value.trim())
  const read = texts.map(text => ({ text, destination: parseDestination(text) }))
  const destinations = read.flatMap(({ destination }) => destination ?? [])
  return {
    destinations: destinations.length > 0 ? destinations : [SYSTEM_LOG],
    unreadable: read.filter(({ destination }) => destination === undefined).map(({ text }) => text),
    debug: parseBoolean(profile.value('logging', 'debug') ?? '') ?? false,
  }
}

function parseDestination(text: string): LogDestination | undefined {
  const upper = text.toUpperCase()
  if (upper.startsWith('FILE'))
    return /^[:=]$/.test(text[4] ?? '') ? { kind: 'file', path: text.slice(5), append: text[4] === ':' } : undefined
  if (upper.startsWith('SYSLOG')) return { kind: 'syslog', facility: facility(upper) }
  if (upper === 'STDERR') return { kind: 'stderr' }
  if (upper === 'CONSOLE') return { kind: 'console' }
  return upper.startsWith('DEVICE=') ? { kind: 'device', path: text.slice(7) } : undefined
}

/** `SYSLOG:severity:facility`; the severity has no meaning any more, an unknown facility is AUTH. */
function facility(upper: string): string {
  const name = /^SYSLOG:[^:]*:(.*)$/s.exec(upper)?.[1]
  return name !== undefined && FACILITIES.has(name) ? name : 'AUTH'
}

const FACILITIES: ReadonlySet<string> = new Set([
  ...['AUTH', 'AUTHPRIV', 'KERN', 'USER', 'MAIL', 'DAEMON', 'FTP', 'LPR', 'NEWS', 'UUCP', 'CRON'],
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(number => `LOCAL${number}`),
])

const SYSTEM_LOG: LogDestination = { kind: 'syslog', facility: 'AUTH' }
