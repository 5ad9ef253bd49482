import { parseDuration } from '../../core/time/duration.ts'
import { type FlagSet, KERBEROS_4_GONE, type OptionsOf } from '../argv/flag.ts'
import { namesPassword, PASSWORD_FLAGS, type PasswordOptions, passwordComplaints, passwordOptions } from '../passwords/flags.ts'

export const INIT_FLAGS = {
  verbose: { letter: 'V', doc: 'tell what is being done' },
  lifetime: { letter: 'l', value: 'TIME', doc: 'how long the ticket shall live (10h, 1d12h, 90m, h:m:s, seconds)', check: badLifetime },
  'renewable-life': { letter: 'r', value: 'TIME', doc: 'ask for a renewable ticket, renewable for this long', check: badLifetime },
  forwardable: { letter: 'f', doc: 'ask for a forwardable ticket' },
  noforwardable: { letter: 'F', doc: 'ask for a ticket that is not forwardable' },
  proxiable: { letter: 'p', doc: 'ask for a proxiable ticket' },
  noproxiable: { letter: 'P', doc: 'ask for a ticket that is not proxiable' },
  addresses: { letter: 'a', doc: "bind the ticket to this host's addresses" },
  noaddresses: { letter: 'A', doc: 'do not bind the ticket to addresses' },
  ccache: { letter: 'c', value: 'CACHE', doc: 'credential cache for the ticket', once: 'Only one -c option allowed' },
  service: { letter: 'S', value: 'SERVICE', doc: 'get a ticket for this service instead of a TGT' },
  'use-keytab': { letter: 'k', doc: 'take the key from a keytab instead of asking for a password' },
  keytab: { letter: 't', value: 'KEYTAB', doc: 'the keytab (implies -k)', once: 'Only one -t option allowed.' },
  ...PASSWORD_FLAGS,
  krb5: { letter: '5', letterOnly: true, hidden: true, doc: 'ignored' },
  krb4: { letter: '4', letterOnly: true, hidden: true, doc: 'refused', stop: KERBEROS_4_GONE },
} as const satisfies FlagSet

export type InitFlags = OptionsOf<typeof INIT_FLAGS>

/** What was asked for. Undefined means: as the configuration says. Times in seconds. */
export interface InitOptions {
  readonly principal: string | undefined
  readonly service: string | undefined
  readonly lifetime: number | undefined
  readonly renewableLife: number | undefined
  readonly forwardable: boolean | undefined
  readonly proxiable: boolean | undefined
  readonly addresses: boolean | undefined
  readonly cache: string | undefined
  /** `name` undefined: the default keytab. */
  readonly keytab: { readonly name: string | undefined } | undefined
  /** Where the password comes from, without a keytab. */
  readonly password: PasswordOptions
}

export function initOptions(flags: InitFlags, operands: readonly string[]): InitOptions {
  return {
    principal: operands[0],
    service: flags.service,
    lifetime: seconds(flags.lifetime),
    renewableLife: seconds(flags['renewable-life']),
    forwardable: eitherOf(flags.forwardable, flags.noforwardable),
    proxiable: eitherOf(flags.proxiable, flags.noproxiable),
    addresses: eitherOf(flags.addresses, flags.noaddresses),
    cache: flags.ccache,
    keytab: flags['use-keytab'] || flags.keytab !== undefined ? { name: flags.keytab } : undefined,
    password: passwordOptions(flags),
  }
}

/** In the order in which MIT's kinit finds them. */
export function complaints(flags: InitFlags, operands: readonly string[]): readonly string[] {
  return [
    ...(flags.forwardable && flags.noforwardable ? ['Only one of -f and -F allowed'] : []),
    ...(flags.proxiable && flags.noproxiable ? ['Only one of -p and -P allowed'] : []),
    ...(flags.addresses && flags.noaddresses ? ['Only one of -a and -A allowed'] : []),
    ...passwordComplaints(flags),
    ...(namesPassword(flags) && (flags['use-keytab'] || flags.keytab !== undefined) ? ['A keytab goes with no source of passwords'] : []),
    ...(operands.length > 1 ? [`Extra arguments (starting with "${operands[1]}").`] : []),
  ]
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
