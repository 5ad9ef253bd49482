import { parseDuration } from '../../core/time/duration.ts'
import type { FlagSet, OptionsOf } from '../argv/flag.ts'
import { UsageError } from '../text/envelope.ts'
import { badStartTime } from '../text/start-time.ts'

const TWO_NAMES = 'Options -u and -S are mutually exclusive'

export const VNO_FLAGS = {
  ccache: { letter: 'c', own: true, value: 'CACHE', doc: 'credential cache to use' },
  etype: { letter: 'e', own: true, value: 'ENCTYPE', doc: 'ask for a session key of this encryption type' },
  keytab: { letter: 'k', own: true, value: 'KEYTAB', doc: 'decrypt the tickets with the keys of this keytab' },
  quiet: { letter: 'q', own: true, doc: 'print nothing but errors' },
  'unknown-name-type': {
    letter: 'u',
    own: true,
    doc: 'give the service names the name type "unknown"',
    clash: { with: 'host-service', complaint: TWO_NAMES },
  },
  'host-service': {
    letter: 'S',
    own: true,
    value: 'SNAME',
    doc: 'the operands are hosts: get tickets for this service on them',
    clash: { with: 'unknown-name-type', complaint: TWO_NAMES },
  },
  canonicalize: { letter: 'C', own: true, doc: 'let the KDC name the services otherwise' },
  'for-user': {
    letter: 'I',
    own: true,
    value: 'USER',
    doc: 'act for USER: get tickets for this service, the client of the cache, in that name',
  },
  'for-enterprise-user': { letter: 'U', own: true, value: 'NAME', doc: 'the same with an enterprise name, such as user@company' },
  'for-certificate': { letter: 'F', own: true, value: 'FILE', doc: 'the same for the user of the certificate in FILE (PEM)' },
  delegate: { letter: 'P', own: true, doc: 'with -I, -U or -F: with that ticket get tickets for other services in the name of the user' },
  'cached-only': { doc: 'take what is in the cache, ask no KDC' },
  'no-store': { doc: 'do not put the tickets into the cache' },
  'out-cache': { value: 'CACHE', doc: 'put the tickets into this cache, and nothing else' },
  u2u: { value: 'CACHE', doc: 'user-to-user: the services are users, this cache has the ticket-granting ticket of theirs' },
  forwarded: { own: true, doc: 'get a ticket-granting ticket to be used on another machine' },
  proxy: { own: true, doc: 'get tickets for the services to be used on another machine' },
  addresses: { own: true, value: 'ADDRESS,...', doc: 'where a forwarded or proxy ticket may be used from' },
  'start-time': { own: true, value: 'TIME', doc: 'get postdated tickets, which start so long from now or at a date', check: badStartTime },
  lifetime: { own: true, value: 'TIME', doc: 'how long a forwarded, proxy or postdated ticket shall live', check: badLifetime },
  renew: { own: true, doc: 'renew the tickets of the cache for the services' },
  validate: { own: true, doc: 'make postdated tickets of the cache for the services valid' },
  explain: { doc: 'print every ticket on the way to the services, realm by realm' },
  usage: { letter: 'h', letterOnly: true, hidden: true, doc: 'usage', stop: 'usage' },
} as const satisfies FlagSet

export type VnoFlags = OptionsOf<typeof VNO_FLAGS>

/** What to get. `ticket` is what MIT's kvno gets; the others it cannot ask for. */
export type Errand =
  | { readonly kind: 'ticket' | 'renew' | 'validate' }
  | { readonly kind: 'forwarded' | 'proxy'; readonly addresses: readonly string[]; readonly lifetime: number | undefined }
  | { readonly kind: 'postdated'; readonly startTime: string; readonly lifetime: number | undefined }

/** The rules between the options hold. */
export function errandOf(flags: VnoFlags): Errand {
  const startTime = flags['start-time']
  const lifetime = flags.lifetime === undefined ? undefined : parseDuration(flags.lifetime)
  if (startTime !== undefined) return { kind: 'postdated', startTime, lifetime }
  if (flags.renew || flags.validate) return { kind: flags.renew ? 'renew' : 'validate' }
  const addresses = (flags.addresses ?? '').split(',').filter(address => address !== '')
  if (flags.forwarded || flags.proxy) return { kind: flags.forwarded ? 'forwarded' : 'proxy', addresses, lifetime }
  return { kind: 'ticket' }
}

export function complaints(flags: VnoFlags, operands: readonly string[], _name: string, before: readonly string[]): readonly string[] {
  const { forwarded, proxy, renew, validate, addresses, lifetime, u2u } = flags
  if (u2u !== undefined && actsForUser(flags)) return ['Options --u2u and -I|-U|-F are mutually exclusive']
  if (flags.delegate && !actsForUser(flags)) return ['Option -P (constrained delegation) requires option -I|-U|-F (protocol transition)']
  const startTime = flags['start-time'] !== undefined
  const errands = [forwarded, proxy, renew, validate, startTime].filter(given => given).length
  const elsewhere = forwarded || proxy
  if (before.length === 0 && operands.length === 0 && !forwarded) throw new UsageError()
  return [
    ...(errands > 1 ? ['Only one of --forwarded, --proxy, --renew, --validate and --start-time allowed'] : []),
    ...(forwarded && operands.length > 0 ? ['--forwarded is about the ticket-granting ticket, and takes no service'] : []),
    ...(addresses !== undefined && !elsewhere ? ['--addresses goes with --forwarded and --proxy'] : []),
    ...(lifetime !== undefined && !elsewhere && !startTime ? ['--lifetime goes with --forwarded, --proxy and --start-time'] : []),
    ...(errands > 0 && (u2u !== undefined || flags['cached-only']) ? ['--u2u and --cached-only go with ordinary tickets'] : []),
    ...((elsewhere || renew || validate) && flags.explain ? ['--explain goes with new tickets for services'] : []),
    ...(errands > 0 && actsForUser(flags) ? ['-I, -U and -F go with ordinary tickets'] : []),
    ...((renew || validate) && flags.etype !== undefined ? ['-e goes with new tickets'] : []),
  ]
}

export function actsForUser(flags: VnoFlags): boolean {
  return USERS.some(name => flags[name] !== undefined)
}

const USERS = ['for-user', 'for-enterprise-user', 'for-certificate'] as const

function badLifetime(text: string): string | undefined {
  const duration = parseDuration(text)
  return duration === undefined || duration <= 0 ? `Bad lifetime value ${text}` : undefined
}
