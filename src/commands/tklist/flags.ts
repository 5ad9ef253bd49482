import { type FlagSet, KERBEROS_4_GONE, type OptionsOf } from '../argv/flag.ts'

export const LIST_FLAGS = {
  ccache: { letter: 'c', doc: 'list a credential cache (the default)' },
  keytab: { letter: 'k', doc: 'list a keytab' },
  'client-keytab': { letter: 'i', doc: 'with -k: the default client keytab when no name is given' },
  collection: { letter: 'l', doc: 'list the caches of the collection, one a line' },
  all: { letter: 'A', doc: 'show every cache of the collection' },
  etypes: { letter: 'e', doc: 'show encryption types' },
  'ad-types': { letter: 'd', doc: 'show the types of the authorization data that was sent along' },
  flags: { letter: 'f', doc: 'show ticket flags' },
  status: { letter: 's', doc: 'say nothing; exit status 0 when the cache has a valid TGT' },
  addresses: { letter: 'a', doc: 'show the addresses that tickets are bound to' },
  numeric: { letter: 'n', doc: 'with -a: addresses as numbers' },
  times: { letter: 't', doc: 'with -k: show when keys were added' },
  keys: { letter: 'K', doc: 'with -k: show the keys themselves' },
  config: { letter: 'C', doc: 'show configuration entries of the cache too' },
  kirbi: { value: 'FILE', doc: 'write the tickets with their keys to FILE (- for standard output) as KRB-CRED, in the clear' },
  decode: { own: true, doc: 'open the tickets with a keytab (-k KEYTAB, or the default one) and show all that is in them' },
  asn1: { own: true, doc: 'with --decode: take apart what is of unknown type' },
  table: { doc: 'show a table for people instead of what MIT prints' },
  version: { letter: 'V', doc: 'show the version' },
  krb5: { letter: '5', letterOnly: true, hidden: true, doc: 'ignored' },
  krb4: { letter: '4', letterOnly: true, hidden: true, doc: 'refused', stop: KERBEROS_4_GONE },
} as const satisfies FlagSet

export type ListFlags = OptionsOf<typeof LIST_FLAGS>

/** Whether MIT's klist takes these together; it answers all else with its usage text. */
export function fitTogether(flags: ListFlags): boolean {
  if (flags.asn1 && !flags.decode) return false
  if (flags.decode) return !ALONE.some(name => flags[name] === true) && flags.kirbi === undefined
  if (flags.numeric && !flags.addresses) return false
  if (flags.ccache && flags.keytab) return false
  if (flags.kirbi !== undefined && (flags.keytab || flags.status || flags.collection || flags.all)) return false
  if (flags.keytab) return !(flags.flags || flags.status || flags.addresses || flags.all || flags.collection)
  return !(flags.times || flags.keys || (flags.all && flags.collection) || (flags.status && flags.collection))
}

/** What --decode has no use for. */
const ALONE = [
  'ccache',
  'client-keytab',
  'collection',
  'all',
  'etypes',
  'ad-types',
  'flags',
  'status',
  'addresses',
  'numeric',
  'times',
  'keys',
  'config',
  'table',
] as const
