import type { FlagSet } from '../base.ts'

/** Options of kdb5_util, which may stand anywhere on the line. The keys are MIT's spellings. */
export const FLAGS = {
  r: { value: 'REALM', doc: 'realm of the database' },
  d: { value: 'NAME', doc: 'name of the database' },
  k: { value: 'ENCTYPE', doc: 'enctype of the master key' },
  kv: { value: 'KVNO', doc: 'version of the master key' },
  M: { value: 'NAME', doc: 'principal of the master key' },
  m: { doc: 'ask for the master password instead of reading the stash file' },
  sf: { value: 'FILE', doc: 'stash file' },
  P: { value: 'PASSWORD', doc: 'master password' },
  x: { value: 'ARGUMENT', doc: 'argument for the database module', many: true },
} as const satisfies FlagSet

export const USAGE = `Usage: kdb5_util [-r realm] [-d dbname] [-k mkeytype] [-kv mkeyVNO]
\t        [-M mkeyname] [-m] [-sf stashfilename] [-P password]
\t        [-x db_args]* cmd [cmd_options]
\tcreate  [-s]
\tdestroy [-f]
\tstash   [-f keyfile]
\tdump    [-b7|-r13|-r18] [-verbose]
\t        [-mkey_convert] [-new_mkey_file mkey_file]
\t        [-rev] [-recurse] [filename [princs...]]
\tload    [-b7|-r13|-r18] [-hash] [-verbose] [-update] filename
\tark     [-e etype_list] principal
\tadd_mkey [-e etype] [-s]
\tuse_mkey kvno [time]
\tlist_mkeys
\tupdate_princ_encryption [-f] [-n] [-v] [princ-pattern]
\tpurge_mkeys [-f] [-n] [-v]
\ttabdump [-H] [-c] [-e] [-n] [-o outfile] dumptype

where,
\t[-x db_args]* - any number of database specific arguments.
\t\t\tLook at each database documentation for supported arguments
`
