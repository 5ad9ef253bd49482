import { readNumber } from '../../../admin/query/values.ts'
import { encodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal } from '../../../core/principal/principal.ts'
import { type EtypeId, etypeIdByName } from '../../../core/registry/etype.ts'
import { Complaint } from '../request.ts'

/** What add_entry was asked for. */
export interface NewKeys {
  readonly principal: Principal
  /** Whose password it is and whom the KDC knows: the principal, unless that is another name of an account. */
  readonly account: Principal
  /** undefined: the KDC's. */
  readonly kvno: number | undefined
  /** In words of `add_entry`: `best` is the KDC's first choice, `all` every one that it has a key of. */
  readonly etypes: readonly EtypeId[] | 'best' | 'all'
  readonly from: 'password' | 'key'
  readonly salt: 'of-kdc' | 'of-name' | Uint8Array
}

export interface AddReading {
  readonly defaultRealm: string | undefined
  /** The command line's language: several enctypes, an account, -k may be left to the KDC, and words that mean nothing are mistakes. */
  readonly direct: boolean
}

/** The mistakes come in MIT's order. Throws Complaint, `KRB5_PARSE_MALFORMED`, `KRB5_CONFIG_NODEFREALM`, `KRB5_BAD_ENCTYPE`. */
export function readAddWords(words: readonly string[], reading: AddReading, called: string): NewKeys {
  const usage = () => new Complaint(`usage: ${called} (-key | -password) -p principal -k kvno [-e enctype] [-f|-s salt]`)
  const draft = takeWords(words, reading)
  const { principal, account, kvno, etype, salt, fetch, kinds } = draft
  const [kind, ...more] = kinds
  const kvnoOfKdc = reading.direct && fetch && kind === 'password'
  if (principal === undefined || kind === undefined || more.length > 0 || (kvno === undefined && !kvnoOfKdc)) throw usage()
  if ((fetch && salt !== undefined) || (account !== undefined && !fetch) || (reading.direct && draft.strange)) throw usage()
  if (!fetch && etype === undefined) throw new Complaint('enctype must be specified if not using -f')
  const name = parsePrincipal(principal, reading)
  return {
    principal: name,
    account: account === undefined ? name : parsePrincipal(account, reading),
    kvno: kvno === undefined ? undefined : readNumber(kvno) >>> 0,
    etypes: etypesOf(etype, fetch, reading),
    from: kind,
    salt: fetch ? 'of-kdc' : salt === undefined ? 'of-name' : encodeText(salt),
  }
}

interface Draft {
  principal?: string
  account?: string
  kvno?: string
  etype?: string
  salt?: string
  fetch: boolean
  kinds: NewKeys['from'][]
  strange: boolean
}

/** MIT's passes over words that it does not know. */
function takeWords(words: readonly string[], { direct }: AddReading): Draft {
  const draft: Draft = { fetch: false, kinds: [], strange: false }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const field = direct && word === '-a' ? 'account' : VALUES.get(word)
    if (field !== undefined) {
      const value = words[++i]
      if (value !== undefined) draft[field] = value
      else delete draft[field]
    } else if (word === '-password' || word === '-key') draft.kinds.push(word === '-key' ? 'key' : 'password')
    else if (word === '-f') draft.fetch = true
    else draft.strange = true
  }
  return draft
}

function etypesOf(text: string | undefined, fetch: boolean, { direct }: AddReading): NewKeys['etypes'] {
  if (text === undefined) return 'best'
  if (direct && fetch && text.toLowerCase() === 'all') return 'all'
  return (direct ? text.split(',') : [text]).map(name => {
    const etype = etypeIdByName(name)
    if (etype === undefined) throw new KrbError('KRB5_BAD_ENCTYPE', { name })
    return etype
  })
}

const VALUES: ReadonlyMap<string, 'principal' | 'kvno' | 'etype' | 'salt'> = new Map([
  ['-p', 'principal'],
  ['-k', 'kvno'],
  ['-e', 'etype'],
  ['-s', 'salt'],
])
