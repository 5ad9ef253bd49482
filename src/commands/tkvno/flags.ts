import type { FlagSet } from '../argv/flag.ts'

export const VNO_FLAGS = {
  ccache: { letter: 'c', value: 'CACHE', doc: 'credential cache to use' },
  keytab: { letter: 'k', value: 'KEYTAB', doc: 'decrypt the tickets with the keys of this keytab' },
  quiet: { letter: 'q', doc: 'print nothing but errors' },
  usage: { letter: 'h', letterOnly: true, hidden: true, doc: 'usage', stop: 'usage' },
} as const satisfies FlagSet
