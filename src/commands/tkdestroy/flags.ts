import { type FlagSet, KERBEROS_4_GONE, type OptionsOf } from '../argv/flag.ts'

export const DESTROY_FLAGS = {
  all: { letter: 'A', doc: 'destroy every cache of the collection' },
  quiet: { letter: 'q', doc: 'no bell when the cache could not be destroyed, no word about other caches' },
  ccache: { letter: 'c', value: 'CACHE', doc: 'the credential cache to destroy', once: 'Only one -c option allowed' },
  principal: { letter: 'p', value: 'PRINCIPAL', doc: 'destroy the cache of this principal', once: 'Only one -p option allowed' },
  krb5: { letter: '5', letterOnly: true, hidden: true, doc: 'ignored' },
  krb4: { letter: '4', letterOnly: true, hidden: true, doc: 'refused', stop: KERBEROS_4_GONE },
} as const satisfies FlagSet

export function complaints(options: OptionsOf<typeof DESTROY_FLAGS>): readonly string[] {
  return options.all && options.principal !== undefined ? ['-A option is exclusive with -p option'] : []
}
