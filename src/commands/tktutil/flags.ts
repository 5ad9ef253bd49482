import type { FlagSet } from '../argv/flag.ts'
import { PASSWORD_FLAGS } from '../passwords/flags.ts'

/** All of them are ours: MIT's ktutil has no options. */
export const UTIL_FLAGS = {
  keytab: { value: 'KEYTAB', doc: 'the keytab that the request on the command line is about, instead of the default one' },
  base64: { doc: 'the other file that the request names is a keytab in base64' },
  'password-file': PASSWORD_FLAGS['password-file'],
  'password-fd': PASSWORD_FLAGS['password-fd'],
} as const satisfies FlagSet
