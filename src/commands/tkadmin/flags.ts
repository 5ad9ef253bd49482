import type { FlagSet } from '../base.ts'

/** Options of kadmin.local. Those that only say how to reach a server are taken and mean nothing, as in MIT's. */
export const LOCAL_FLAGS = {
  realm: { letter: 'r', value: 'REALM', doc: 'realm of the database', letterOnly: true },
  principal: { letter: 'p', value: 'PRINCIPAL', doc: 'who is written down as the one who changes entries', letterOnly: true },
  query: { letter: 'q', value: 'QUERY', doc: 'carry out one request as if it had been typed', letterOnly: true },
  database: { letter: 'd', value: 'NAME', doc: 'name of the database', letterOnly: true },
  keysalts: { letter: 'e', value: 'LIST', doc: 'key/salt list for new keys', letterOnly: true },
  masterkey: { letter: 'm', doc: 'ask for the master password instead of reading the stash file', letterOnly: true },
  argument: { letter: 'x', value: 'ARGUMENT', doc: 'argument for the database module', many: true, letterOnly: true },
  password: { letter: 'w', value: 'PASSWORD', doc: 'taken and not used', hidden: true, letterOnly: true },
  server: { letter: 's', value: 'HOST', doc: 'taken and not used', hidden: true, letterOnly: true },
  old: { letter: 'O', doc: 'taken and not used', hidden: true, letterOnly: true },
  new: { letter: 'N', doc: 'taken and not used', hidden: true, letterOnly: true },
} as const satisfies FlagSet

export function usageText(name: string): string {
  return `Usage: ${name} [-r realm] [-p principal] [-q query] [clnt|local args]
              [command args...]
\tclnt args: [-s admin_server[:port]] [[-c ccache]|[-k [-t keytab]]]|[-n] [-O | -N]
\tlocal args: [-x db_args]* [-d dbname] [-e "enc:salt ..."] [-m] [-w password] where,
\t[-x db_args]* - any number of database specific arguments.
\t\t\tLook at each database documentation for supported arguments
`
}
