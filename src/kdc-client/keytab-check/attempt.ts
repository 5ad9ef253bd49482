import type { Bytes } from '../../core/bytes/bytes.ts'
import { defaultTktEnctypes } from '../../core/config/enctypes.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { KeytabEntry } from '../../core/keytab/keytab.ts'
import { defaultSalt } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { Secret } from '../../core/secret/secret.ts'
import type { ClientContext } from '../context.ts'
import { type InitResult, initialCredentials } from '../initial.ts'
import type { KeySource } from '../key-source.ts'
import type { KeyTerms } from '../preauth/preauth.ts'

/** What came of a log-in with the key of one entry, and what the KDC said of its own key on the way. */
export interface Attempt {
  readonly result: 'accepted' | 'wrong-key' | 'no-such-enctype' | 'unknown-principal' | 'refused' | 'no-answer'
  /** Why it was not accepted. */
  readonly error?: KrbError
  readonly granted?: InitResult
  readonly kvno?: number
  readonly salt?: Bytes
  readonly s2kparams?: Bytes
}

/** Logs in with the key of an entry and nothing else. */
export async function attemptWith(entry: KeytabEntry, context: ClientContext): Promise<Attempt> {
  const { etype } = entry.key
  const alone = await logIn(entry, [etype], context)
  if (alone.result !== 'no-such-enctype') return alone
  // The KDC may have the key and not permit the enctype for session keys: then it takes another of the list for those.
  const others = defaultTktEnctypes(context.config).filter(other => other !== etype)
  return logIn(entry, [etype, ...others], context)
}

async function logIn({ principal, key }: KeytabEntry, etypes: readonly EtypeId[], context: ClientContext): Promise<Attempt> {
  const source = new OneKey(key)
  try {
    const granted = await initialCredentials({ client: principal, keySource: source, etypes }, context)
    return { result: 'accepted', granted }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const { kvno, s2kparams, salt = defaultSalt(principal) } = source.heard ?? {}
    const said = { ...(kvno !== undefined && { kvno }), ...(s2kparams !== undefined && { s2kparams }) }
    return { result: RESULTS[error.code] ?? 'refused', error, ...(source.heard !== undefined && { ...said, salt }) }
  }
}

/** Hands out one key, and remembers the last terms on which it was wanted. */
class OneKey implements KeySource {
  readonly #key: Key
  readonly #lent: Secret[] = []
  heard: KeyTerms | undefined

  constructor(key: Key) {
    this.#key = key
  }

  async etypes(): Promise<undefined> {
    return undefined
  }

  async key(_client: unknown, terms: KeyTerms): Promise<Key> {
    if (terms.etype !== this.#key.etype) throw new KrbError('KRB5KDC_ERR_ETYPE_NOSUPP')
    this.heard = terms
    const value = this.#key.value.use(octets => Secret.copyOf(octets))
    this.#lent.push(value)
    return { etype: this.#key.etype, value }
  }

  wipe(): void {
    for (const value of this.#lent) value.wipe()
  }
}

const RESULTS: Readonly<Record<string, Attempt['result']>> = {
  KRB5KRB_AP_ERR_BAD_INTEGRITY: 'wrong-key',
  KRB5KDC_ERR_PREAUTH_FAILED: 'wrong-key',
  KRB5KDC_ERR_ETYPE_NOSUPP: 'no-such-enctype',
  KRB5_CONFIG_ETYPE_NOSUPP: 'no-such-enctype',
  KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN: 'unknown-principal',
  KRB5_KDC_UNREACH: 'no-answer',
  KRB5_REALM_UNKNOWN: 'no-answer',
}
