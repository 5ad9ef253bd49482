import type { FlagSet, OptionsOf } from '../argv/flag.ts'

export const REALM_FLAGS = {
  realm: { value: 'REALM', doc: 'name of the realm (default TKREALM.TEST)' },
  port: { value: 'PORT', type: 'integer', doc: 'up: port of the KDC on 127.0.0.1 (default: a free one, kept between starts)' },
  clock: { doc: 'up, run: let the clock of the realm be moved with "tkrealm clock"' },
  interactive: { doc: 'up: ask for the name of the realm and a first user' },
  destroy: { doc: 'down: remove the realm with everything in it' },
  user: { value: 'NAME', many: true, doc: 'run: make a user whose password is its name; may be given several times' },
  service: { value: 'NAME', many: true, doc: 'run: make a service with a key in the keytab of the realm; may be given several times' },
  'one-way': { doc: 'trust: users of the first realm reach services of the second, and not the other way' },
  etypes: { value: 'LIST', doc: 'trust: encryption types of the keys (default aes256-cts,aes128-cts)' },
  remove: { doc: 'trust: no longer' },
} as const satisfies FlagSet

export type RealmOptions = OptionsOf<typeof REALM_FLAGS>

export function usage(name: string): string {
  return `Usage: ${name} up [--realm REALM] [--port PORT] [--clock] [--interactive]
       ${name} down [--realm REALM] [--destroy]
       ${name} status [--realm REALM]
       ${name} env [--realm REALM]
       ${name} clock [--realm REALM] [now | +DURATION | TIME]
       ${name} trust [--one-way] [--etypes LIST] [--remove] REALM REALM
       ${name} run [--realm REALM] [--clock] [--user NAME]... [--service NAME]... -- COMMAND [ARGUMENT...]
`
}
