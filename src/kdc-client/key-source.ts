import { sameBytes } from '../core/bytes/bytes.ts'
import type { Key } from '../core/crypto/etype.ts'
import { etypeById } from '../core/crypto/etypes/index.ts'
import { keyFromPassword } from '../core/crypto/string-to-key.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { missingHints, versionText } from '../core/keytab/explain.ts'
import type { Keytab, KeytabEntry } from '../core/keytab/keytab.ts'
import { displayText } from '../core/principal/display.ts'
import { defaultSalt, type Principal, samePrincipal, unparsePrincipal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import { Secret } from '../core/secret/secret.ts'
import type { KeyTerms } from './preauth/preauth.ts'
import { traced } from './refusal.ts'

/** Where a client's long-term key comes from. Nothing is asked or read before a key is needed. */
export interface KeySource {
  /** Enctypes of the client's newest keys; undefined where any enctype can be served. */
  etypes(client: Principal): Promise<readonly EtypeId[] | undefined>
  /** The key stays the source's: `wipe` ends it. Throws what says why there is none. */
  key(client: Principal, terms: KeyTerms): Promise<Key>
  /** Where the key that was handed out last is from, for a person who wonders why it does not fit. */
  lastKey?(): readonly string[]
  wipe(): void
}

/** A password that is asked for when the first key is needed, and once only. The source takes it over and wipes it. */
export function askedPassword(ask: (client: Principal) => Promise<Secret>): KeySource {
  return new PasswordSource(ask)
}

/** A password at hand. The source takes it over and wipes it. */
export function givenPassword(password: Secret): KeySource {
  return new PasswordSource(async () => password, password)
}

/** Keys out of a keytab. */
export function keytabKeys(keytab: Keytab, env: Pick<Env, 'trace'>): KeySource {
  const keys: Key[] = []
  let last: KeytabEntry | undefined
  return {
    async etypes(client) {
      let newest = 0
      let etypes: EtypeId[] = []
      const entries = await readable(keytab)
      if (entries === undefined) return undefined
      for (const entry of entries) {
        if (!samePrincipal(entry.principal, client) || entry.kvno < newest || etypeById(entry.key.etype) === undefined) continue
        if (entry.kvno > newest) etypes = []
        newest = entry.kvno
        etypes.push(entry.key.etype)
      }
      if (etypes.length > 0) return etypes
      const name = displayText(unparsePrincipal(client))
      throw new KrbError(
        'KRB5_KT_NOTFOUND',
        { principal: name, keytab: keytab.name },
        { text: `Keytab contains no suitable keys for ${name}`, hints: missingHints(entries, client, keytab.name) },
      )
    },
    async key(client, { etype, kvno }) {
      const entry =
        (kvno === undefined ? undefined : await entryOfVersion(keytab, client, kvno, etype)) ?? (await newest(keytab, client, etype, env))
      last = entry
      // A copy: a keytab in memory goes on using its own.
      const key: Key = { etype, value: entry.key.value.use(octets => Secret.copyOf(octets)) }
      keys.push(key)
      return key
    },
    lastKey() {
      return last === undefined ? [] : [`the key is from ${keytab.name}: ${versionText(last)}`]
    },
    wipe() {
      for (const key of keys) key.value.wipe()
    },
  }
}

async function newest(keytab: Keytab, principal: Principal, etype: EtypeId, { trace }: Pick<Env, 'trace'>) {
  const tell = (error?: KrbError) => trace({ event: 'keytab-entry', principal, keytab: keytab.name, kvno: 0, etype, result: traced(error) })
  try {
    const entry = await keytab.find(principal, 0, etype)
    tell()
    return entry
  } catch (error) {
    if (error instanceof KrbError) tell(error)
    throw error
  }
}

/** As MIT's, a keytab that cannot be read is complained about when a key is needed: the KDC's refusal comes first. */
async function readable(keytab: Keytab) {
  try {
    return await keytab.entries()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** undefined when the keytab has not that version: its newest is the better guess then, since some KDCs number on their own. */
async function entryOfVersion(keytab: Keytab, client: Principal, kvno: number, etype: EtypeId) {
  try {
    return await keytab.find(client, kvno, etype)
  } catch (error) {
    if (error instanceof KrbError && (error.code === 'KRB5_KT_KVNONOTFOUND' || error.code === 'KRB5_KT_NOTFOUND')) return undefined
    throw error
  }
}

class PasswordSource implements KeySource {
  readonly #ask: (client: Principal) => Promise<Secret>
  #password: Secret | undefined
  #last: { readonly terms: KeyTerms; readonly key: Key } | undefined

  constructor(ask: (client: Principal) => Promise<Secret>, password?: Secret) {
    this.#ask = ask
    this.#password = password
  }

  async etypes(): Promise<undefined> {
    return undefined
  }

  async key(client: Principal, terms: KeyTerms): Promise<Key> {
    // Every KDC with more than one round names the same terms again: string-to-key costs a good part of a log-in.
    if (this.#last !== undefined && sameTerms(this.#last.terms, terms, client)) return this.#last.key
    this.#password ??= await this.#ask(client)
    const salt = terms.salt ?? defaultSalt(client)
    const key = await keyFromPassword(terms.etype, this.#password, salt, terms.s2kparams)
    this.#last?.key.value.wipe()
    this.#last = { terms: { ...terms, salt }, key }
    return key
  }

  wipe(): void {
    this.#password?.wipe()
    this.#last?.key.value.wipe()
  }
}

function sameTerms(a: KeyTerms, b: KeyTerms, client: Principal): boolean {
  const same = (x: Uint8Array | undefined, y: Uint8Array | undefined) => (x === undefined || y === undefined ? x === y : sameBytes(x, y))
  return a.etype === b.etype && same(a.salt, b.salt ?? defaultSalt(client)) && same(a.s2kparams, b.s2kparams)
}
