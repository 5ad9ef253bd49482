import type { Call, FlagSet, OptionsOf } from '../base.ts'

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

/** Options of kadmin. Those that only say how to open a database are taken and mean nothing, as in MIT's. */
export const REMOTE_FLAGS = {
  realm: { letter: 'r', value: 'REALM', doc: 'realm to administer', letterOnly: true },
  principal: { letter: 'p', value: 'PRINCIPAL', doc: 'who administers', letterOnly: true },
  query: LOCAL_FLAGS.query,
  password: { letter: 'w', value: 'PASSWORD', doc: 'the password, instead of asking for it', letterOnly: true },
  server: { letter: 's', value: 'HOST[:PORT]', doc: 'the administration server', letterOnly: true },
  ccache: { letter: 'c', value: 'CACHE', doc: 'use the tickets of this cache', letterOnly: true },
  keytab: { letter: 'k', doc: 'use a keytab', letterOnly: true },
  keytabfile: { letter: 't', value: 'KEYTAB', doc: 'the keytab of -k', letterOnly: true },
  anonymous: { letter: 'n', doc: 'be anonymous', letterOnly: true },
  old: { letter: 'O', doc: 'the old RPC flavor, which is not supported', letterOnly: true },
  new: { letter: 'N', doc: 'no other RPC flavor than RPCSEC_GSS; there is none', letterOnly: true },
  database: { ...LOCAL_FLAGS.database, doc: 'taken and not used', hidden: true },
  keysalts: { ...LOCAL_FLAGS.keysalts, doc: 'taken and not used', hidden: true },
  masterkey: { ...LOCAL_FLAGS.masterkey, doc: 'taken and not used', hidden: true },
  argument: { ...LOCAL_FLAGS.argument, doc: 'taken and not used', hidden: true },
} as const satisfies FlagSet

type RemoteOptions = OptionsOf<typeof REMOTE_FLAGS>
export type RemoteCall = Call<RemoteOptions>

/** How the caller proves who he is. */
export function wayIn({ ccache, keytab, anonymous }: RemoteOptions): 'cache' | 'keytab' | 'anonymous' | 'password' {
  if (ccache !== undefined) return 'cache'
  if (anonymous) return 'anonymous'
  return keytab ? 'keytab' : 'password'
}

/** Options that exclude each other, or that say nothing without another. */
export function disagree({ ccache, keytab, keytabfile, anonymous }: RemoteOptions): boolean {
  const ways = [ccache !== undefined, keytab, anonymous].filter(given => given)
  return ways.length > 1 || (keytabfile !== undefined && !keytab)
}

export function usageText(name: string): string {
  return `Usage: ${name} [-r realm] [-p principal] [-q query] [clnt|local args]
              [command args...]
\tclnt args: [-s admin_server[:port]] [[-c ccache]|[-k [-t keytab]]]|[-n] [-O | -N]
\tlocal args: [-x db_args]* [-d dbname] [-e "enc:salt ..."] [-m] [-w password] where,
\t[-x db_args]* - any number of database specific arguments.
\t\t\tLook at each database documentation for supported arguments
`
}
