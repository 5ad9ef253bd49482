import { parseDuration } from '../../core/time/duration.ts'
import { type FlagSet, KERBEROS_4_GONE, type OptionsOf } from '../argv/flag.ts'
import { namesPassword, PASSWORD_FLAGS, type PasswordOptions, passwordComplaints, passwordOptions } from '../passwords/flags.ts'
import { badStartTime } from '../text/start-time.ts'

export const INIT_FLAGS = {
  verbose: { letter: 'V', own: true, doc: 'tell what is being done' },
  lifetime: {
    letter: 'l',
    own: true,
    value: 'TIME',
    doc: 'how long the ticket shall live (10h, 1d12h, 90m, h:m:s, seconds)',
    check: badLifetime,
  },
  'start-time': {
    letter: 's',
    own: true,
    value: 'TIME',
    doc: 'ask for a postdated ticket, which starts so long from now or at a date',
    check: badStartTime,
  },
  'renewable-life': {
    letter: 'r',
    own: true,
    value: 'TIME',
    doc: 'ask for a renewable ticket, renewable for this long',
    check: badLifetime,
  },
  forwardable: { letter: 'f', doc: 'ask for a forwardable ticket' },
  noforwardable: { letter: 'F', doc: 'ask for a ticket that is not forwardable' },
  proxiable: { letter: 'p', doc: 'ask for a proxiable ticket' },
  noproxiable: { letter: 'P', doc: 'ask for a ticket that is not proxiable' },
  postdatable: { own: true, doc: 'ask for a ticket by which postdated ones can be got' },
  anonymous: { letter: 'n', own: true, doc: 'ask for a ticket that names nobody' },
  addresses: { letter: 'a', doc: "bind the ticket to this host's addresses" },
  noaddresses: { letter: 'A', doc: 'do not bind the ticket to addresses' },
  canonicalize: { letter: 'C', doc: 'let the KDC name the client otherwise' },
  enterprise: { letter: 'E', doc: 'the principal is an enterprise name (user@company)' },
  'request-pac': { doc: 'ask for a PAC in the ticket' },
  'no-request-pac': { doc: 'ask for a ticket without a PAC' },
  validate: {
    letter: 'v',
    own: true,
    doc: 'make a postdated ticket of the cache valid, once it has started',
    cancels: ['renew', 'use-keytab'],
  },
  renew: { letter: 'R', own: true, doc: 'renew the ticket of the cache', cancels: ['validate', 'use-keytab'] },
  'use-keytab': {
    letter: 'k',
    own: true,
    doc: 'take the key from a keytab instead of asking for a password',
    cancels: ['validate', 'renew'],
  },
  'client-keytab': { letter: 'i', own: true, doc: 'the keytab is the default client keytab (implies -k)' },
  keytab: { letter: 't', own: true, value: 'KEYTAB', doc: 'the keytab (implies -k)', once: 'Only one -t option allowed.' },
  ccache: { letter: 'c', own: true, value: 'CACHE', doc: 'credential cache for the ticket', once: 'Only one -c option allowed' },
  service: { letter: 'S', own: true, value: 'SERVICE', doc: 'get a ticket for this service instead of a TGT' },
  'input-ccache': {
    letter: 'I',
    own: true,
    value: 'CACHE',
    doc: 'cache of an earlier log-in, to log in by the same means',
    once: 'Only one -I option allowed',
  },
  'armor-ccache': {
    letter: 'T',
    own: true,
    value: 'CACHE',
    doc: 'cache with the ticket that protects the exchange (not supported yet)',
    once: 'Only one armor_ccache',
  },
  'preauth-option': { letter: 'X', own: true, value: 'NAME[=VALUE]', many: true, doc: 'a setting for a pre-authentication mechanism' },
  ...PASSWORD_FLAGS,
  import: { own: true, value: 'SOURCE', doc: 'instead of a log-in: take the tickets of a .kirbi file or of another cache' },
  krb5: { letter: '5', letterOnly: true, hidden: true, doc: 'ignored' },
  krb4: { letter: '4', letterOnly: true, hidden: true, doc: 'refused', stop: KERBEROS_4_GONE },
} as const satisfies FlagSet

export type InitFlags = OptionsOf<typeof INIT_FLAGS>

/** What was asked for. Undefined means: as the configuration says. Times in seconds. */
export interface InitOptions {
  readonly principal: string | undefined
  readonly enterprise: boolean
  readonly anonymous: boolean
  readonly action: Action
  readonly service: string | undefined
  readonly lifetime: number | undefined
  /** A duration or a date, as `startOffset` reads it. */
  readonly startTime: string | undefined
  readonly renewableLife: number | undefined
  readonly forwardable: boolean | undefined
  readonly proxiable: boolean | undefined
  readonly postdatable: boolean
  readonly canonicalize: boolean
  readonly addresses: boolean | undefined
  readonly pac: boolean | undefined
  readonly cache: string | undefined
  readonly inputCache: string | undefined
  readonly armorCache: string | undefined
  readonly preauthOptions: readonly { readonly name: string; readonly value: string }[]
}

export type Action =
  | { readonly kind: 'password'; readonly password: PasswordOptions }
  | { readonly kind: 'keytab'; readonly keytab: KeytabChoice }
  | { readonly kind: 'validate' | 'renew' }

export type KeytabChoice = { readonly from: 'default' | 'client' } | { readonly from: 'named'; readonly name: string }

export function initOptions(flags: InitFlags, operands: readonly string[]): InitOptions {
  return {
    principal: operands[0],
    enterprise: flags.enterprise,
    anonymous: flags.anonymous,
    action: actionOf(flags),
    service: flags.service,
    lifetime: seconds(flags.lifetime),
    startTime: flags['start-time'],
    renewableLife: seconds(flags['renewable-life']),
    forwardable: eitherOf(flags.forwardable, flags.noforwardable),
    proxiable: eitherOf(flags.proxiable, flags.noproxiable),
    postdatable: flags.postdatable,
    canonicalize: flags.canonicalize,
    addresses: eitherOf(flags.addresses, flags.noaddresses),
    pac: eitherOf(flags['request-pac'], flags['no-request-pac']),
    cache: flags.ccache,
    inputCache: flags['input-ccache'],
    armorCache: flags['armor-ccache'],
    preauthOptions: flags['preauth-option'].map(preauthOption),
  }
}

/** Naming a keytab asks for a log-in with it, whatever else was asked for; MIT's kinit says so. */
export function forcesKeytab(flags: InitFlags): boolean {
  return (flags.keytab !== undefined || flags['client-keytab']) && !flags['use-keytab']
}

export const FORCING_KEYTAB = 'keytab specified, forcing -k'

/** In the order in which MIT's kinit finds them, its remark about -k among them. */
export function complaints(flags: InitFlags, operands: readonly string[], _name: string, before: readonly string[]): readonly string[] {
  const { kind } = actionOf(flags)
  const first = [
    ...(flags.forwardable && flags.noforwardable ? ['Only one of -f and -F allowed'] : []),
    ...(flags.proxiable && flags.noproxiable ? ['Only one of -p and -P allowed'] : []),
    ...(flags['request-pac'] && flags['no-request-pac'] ? ['Only one of --request-pac and --no-request-pac allowed'] : []),
    ...(flags.addresses && flags.noaddresses ? ['Only one of -a and -A allowed'] : []),
    ...(flags.keytab !== undefined && flags['client-keytab'] ? ['Only one of -t and -i allowed'] : []),
  ]
  const second = [
    ...passwordComplaints(flags),
    ...(flags.import !== undefined && (operands.length > 0 || kind !== 'password' || namesPassword(flags) || flags.service !== undefined)
      ? ['--import goes with -c and -V only']
      : []),
    ...(namesPassword(flags) && kind === 'keytab' ? ['A keytab goes with no source of passwords'] : []),
    ...(namesPassword(flags) && (kind === 'renew' || kind === 'validate') ? ['-R and -v go with no source of passwords'] : []),
    ...(operands.length > 1 ? [`Extra arguments (starting with "${operands[1]}").`] : []),
  ]
  if (before.length + first.length + second.length === 0) return []
  return [...first, ...(forcesKeytab(flags) ? [FORCING_KEYTAB] : []), ...second]
}

function actionOf(flags: InitFlags): Action {
  const { keytab } = flags
  if (keytab !== undefined) return { kind: 'keytab', keytab: { from: 'named', name: keytab } }
  if (flags['client-keytab']) return { kind: 'keytab', keytab: { from: 'client' } }
  if (flags['use-keytab']) return { kind: 'keytab', keytab: { from: 'default' } }
  if (flags.validate) return { kind: 'validate' }
  if (flags.renew) return { kind: 'renew' }
  return { kind: 'password', password: passwordOptions(flags) }
}

function preauthOption(text: string): { readonly name: string; readonly value: string } {
  const equals = text.indexOf('=')
  return equals < 0 ? { name: text, value: 'yes' } : { name: text.slice(0, equals), value: text.slice(equals + 1) }
}

function eitherOf(on: boolean, off: boolean): boolean | undefined {
  return on ? true : off ? false : undefined
}

function seconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text)
}

function badLifetime(text: string): string | undefined {
  const duration = parseDuration(text)
  return duration === undefined || duration === 0 ? `Bad lifetime value ${text}` : undefined
}
