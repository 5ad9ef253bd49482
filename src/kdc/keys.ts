import { prepareKey } from '../core/crypto/encrypted-data.ts'
import type { PreparedKey } from '../core/crypto/etype.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import type { KeyData, PrincipalEntry } from './store/entry.ts'
import type { MasterKeys } from './store/master-key.ts'

/** A stored key that fits, before it is opened. */
export interface FoundKey {
  readonly entry: PrincipalEntry
  readonly data: KeyData
}

/**
 * Opens keys of entries and keeps them ready for work as long as their entry stays the same object in the store's cache, which bounds their number. The
 * master key lies in the same memory, so that keeping them gives nothing away; unsealing and deriving are half the cost of a request.
 */
export class KeyRing {
  readonly #masterKeys: MasterKeys
  readonly #ready = new WeakMap<KeyData, PreparedKey>()

  constructor(masterKeys: MasterKeys) {
    this.#masterKeys = masterKeys
  }

  /** Throws `KrbError` when the key cannot be opened (another master key, a damaged record). */
  ready({ entry, data }: FoundKey): PreparedKey {
    const known = this.#ready.get(data)
    if (known !== undefined) return known
    const key = this.#masterKeys.openKey(entry, data)
    const prepared = prepareKey(key)
    key.value.wipe()
    this.#ready.set(data, prepared)
    return prepared
  }
}

/** Keys of the newest version, in stored order, of permitted enctypes. */
export function currentKeys(entry: PrincipalEntry, permitted: readonly EtypeId[]): readonly FoundKey[] {
  return keysOfVersion(entry, newestVersion(entry), permitted)
}

/** The first of the current keys, which encrypts tickets. Throws `KRB5_KDB_NO_MATCHING_KEY`, `KRB5_KDB_NO_PERMITTED_KEY`. */
export function ticketKey(entry: PrincipalEntry, permitted: readonly EtypeId[]): FoundKey {
  const [first] = currentKeys(entry, permitted)
  if (first !== undefined) return first
  throw new KrbError(entry.keyData.length === 0 ? 'KRB5_KDB_NO_MATCHING_KEY' : 'KRB5_KDB_NO_PERMITTED_KEY')
}

export function keysOfVersion(entry: PrincipalEntry, kvno: number, permitted: readonly EtypeId[]): readonly FoundKey[] {
  return entry.keyData.filter(data => data.kvno === kvno && permitted.includes(data.etype)).map(data => ({ entry, data }))
}

export function newestVersion(entry: Pick<PrincipalEntry, 'keyData'>): number {
  return entry.keyData.reduce((newest, { kvno }) => Math.max(newest, kvno), 0)
}

/** The client's key of the enctype that the request names first. */
export function clientKey(client: PrincipalEntry, wanted: readonly EtypeId[], permitted: readonly EtypeId[]): FoundKey | undefined {
  const keys = currentKeys(client, permitted)
  for (const etype of wanted) {
    const found = keys.find(({ data }) => data.etype === etype)
    if (found !== undefined) return found
  }
  return undefined
}
