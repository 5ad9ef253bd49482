import type { FlagSet } from '../base.ts'

/** Options of krb5kdc. Those of a realm count for the `-r` that follow them. */
export const FLAGS = {
  realm: { letter: 'r', value: 'REALM', doc: 'serve this realm; may be repeated, with the options before it', many: true },
  database: { letter: 'd', value: 'NAME', doc: 'name of the database', many: true },
  argument: { letter: 'x', value: 'ARGUMENT', doc: 'argument for the database module', many: true },
  'master-key-type': { letter: 'k', value: 'ENCTYPE', doc: 'enctype of the master key, with -m', many: true },
  'master-key-name': { letter: 'M', value: 'NAME', doc: 'principal of the master key', many: true },
  'ask-master-key': { letter: 'm', doc: 'ask for the master password instead of reading the stash file' },
  port: { letter: 'p', value: 'PORTS', doc: 'listen on these ports or addresses, where kdc.conf names none', many: true },
  foreground: { letter: 'n', doc: 'do not become a daemon' },
  workers: { letter: 'w', value: 'NUMBER', doc: 'serve with this many processes', check: badWorkers },
  'pid-file': { letter: 'P', value: 'FILE', doc: 'write the process id here' },
  'time-offset': { letter: 'T', value: 'SECONDS', doc: 'add this to the clock' },
  'replay-cache': { letter: 'R', value: 'NAME', doc: 'ignored', hidden: true, letterOnly: true },
  'kerberos-4-mode': { letter: '4', value: 'MODE', doc: 'ignored', hidden: true, letterOnly: true },
  'kerberos-4-cross-realm': { letter: 'X', doc: 'ignored', hidden: true, letterOnly: true },
  'kerberos-4': { letter: '3', doc: 'ignored', hidden: true, letterOnly: true },
} as const satisfies FlagSet

export const usage = (name: string) => `usage: ${name} [-x db_args]* [-d dbpathname] [-r dbrealmname]
\t\t[-T time_offset] [-m] [-k masterenctype]
\t\t[-M masterkeyname] [-p port] [-P pid_file]
\t\t[-n] [-w numworkers] [/]

where,
\t[-x db_args]* - Any number of database specific arguments.
\t\t\tLook at each database module documentation for \t\t\tsupported arguments
`

/** A realm to serve, with the options that stood before it. */
export interface RealmPlan {
  /** undefined: the default realm. */
  readonly realm: string | undefined
  readonly database: string | undefined
  readonly databaseArguments: readonly string[]
  readonly masterKeyName: string | undefined
  readonly masterKeyType: string | undefined
  readonly askMasterKey: boolean
  readonly ports: string | undefined
}

/** From the options in their order. Database options are used up by a realm, the others stay, as in MIT's. */
export function realmPlans(settings: readonly { readonly flag: string; readonly value?: string }[]): readonly RealmPlan[] {
  const plans: RealmPlan[] = []
  let next: RealmPlan = NOTHING_SAID
  for (const { flag, value } of settings) {
    if (flag === 'realm' && !plans.some(({ realm }) => realm === value)) {
      plans.push({ ...next, realm: value })
      next = { ...next, database: undefined, databaseArguments: [] }
    } else if (flag === 'database') next = { ...next, database: value }
    else if (flag === 'argument') next = { ...next, databaseArguments: [...next.databaseArguments, value ?? ''] }
    else if (flag === 'master-key-name') next = { ...next, masterKeyName: value }
    else if (flag === 'master-key-type') next = { ...next, masterKeyType: value }
    else if (flag === 'ask-master-key') next = { ...next, askMasterKey: true }
    else if (flag === 'port') next = { ...next, ports: value }
  }
  return plans.length > 0 ? plans : [next]
}

/** As C's atoi reads it. */
export function leadingInteger(text: string): number {
  return Number(/^\s*([+-]?\d+)/.exec(text)?.[1] ?? 0)
}

function badWorkers(value: string): string | undefined {
  return leadingInteger(value) > 0 ? undefined : ''
}

const NOTHING_SAID: RealmPlan = {
  realm: undefined,
  database: undefined,
  databaseArguments: [],
  masterKeyName: undefined,
  masterKeyType: undefined,
  askMasterKey: false,
  ports: undefined,
}
