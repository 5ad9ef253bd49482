import type { FlagSet } from '../base.ts'

/** Options of kadmind: whole words. The keys are MIT's spellings. */
export const FLAGS = {
  nofork: { doc: 'do not become a daemon' },
  r: { value: 'REALM', doc: 'realm to administer' },
  m: { doc: 'ask for the master password instead of reading the stash file' },
  port: { value: 'PORT', doc: 'port for administration, where kdc.conf names none' },
  P: { value: 'FILE', doc: 'write the process id here' },
  x: { value: 'ARGUMENT', doc: 'argument for the database module', many: true },
  proponly: { doc: 'serve propagation only' },
  p: { value: 'PATH', doc: 'program that dumps the database, for propagation' },
  K: { value: 'PATH', doc: 'program that sends a dump, for propagation' },
  k: { value: 'PORT', doc: 'port that dumps are sent to, for propagation' },
  F: { value: 'FILE', doc: 'where dumps are kept, for propagation' },
  W: { doc: 'ignored', hidden: true },
} as const satisfies FlagSet

export const USAGE = `Usage: kadmind [-x db_args]* [-r realm] [-m] [-nofork] [-port port-number]
\t\t[-proponly] [-p path-to-kdb5_util] [-F dump-file]
\t\t[-K path-to-kprop] [-k kprop-port] [-P pid_file]

where,
\t[-x db_args]* - any number of database specific arguments.
\t\t\tLook at each database documentation for supported arguments
`
