import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Key, PreparedKey } from '../../core/crypto/etype.ts'
import { requireEtype } from '../../core/crypto/etypes/index.ts'
import { keyFromPassword } from '../../core/crypto/string-to-key.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { defaultSalt, type Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { NameType } from '../../core/registry/name-type.ts'
import { Secret } from '../../core/secret/secret.ts'
import type { KeyData, PrincipalEntry } from './entry.ts'
import { type Activation, readActivations, readMasterKeyAux, readMasterKvno } from './tl-data.ts'

/** One version of the key that seals all others (docs/formats/mit-database.md). The only place that meets its octets. */
export class MasterKey {
  readonly kvno: number
  readonly key: Key
  readonly #prepared: PreparedKey

  constructor(kvno: number, key: Key) {
    this.kvno = kvno
    this.key = key
    this.#prepared = requireEtype(key.etype).prepare(key.value)
  }

  /** u16 LE length of the plain key, then its ciphertext with key usage 0. */
  sealKey(key: Key, random: (length: number) => Bytes): Bytes {
    return sealUnder(this.#prepared, key, random)
  }

  /** Throws `KRB5KRB_AP_ERR_BAD_INTEGRITY` when this is not the key that sealed it, `KRB5_KDB_INVALIDKEYSIZE` when the length is wrong. */
  openKey(data: Pick<KeyData, 'etype' | 'sealed'>): Key {
    return openUnder(this.#prepared, data)
  }
}

/** Where a change of the master keys shows, for programs that run longer than a change takes. */
export interface MasterKeySource {
  /** K/M as it is now: the same object as long as nothing has changed. */
  entry(): PrincipalEntry | undefined | Promise<PrincipalEntry | undefined>
  /** What opens K/M when no version that was known does: the stash file. */
  known(): Promise<readonly { readonly kvno: number; readonly key: Key }[]>
}

/** All versions of a realm's master key. */
export class MasterKeys {
  #all: readonly MasterKey[]
  #activations: readonly Activation[]
  #source: { readonly of: MasterKeySource; entry: PrincipalEntry } | undefined
  #lookedAt = 0

  constructor(all: readonly MasterKey[], activations: readonly Activation[] = []) {
    this.#all = all
    this.#activations = activations
  }

  /** Newest first. */
  get all(): readonly MasterKey[] {
    return this.#all
  }

  /** These keys are those of `entry`; from now on they change with it. */
  following(entry: PrincipalEntry, source: MasterKeySource): this {
    this.#source = { of: source, entry }
    return this
  }

  /**
   * Takes over what has been added, activated or removed since the last look; undefined when the last one is no older than `maxAgeMs`. A K/M that
   * nothing known opens changes nothing: it is tried again, since the stash file may follow.
   */
  upToDate(maxAgeMs = 0): Promise<void> | undefined {
    const now = performance.now()
    if (this.#source === undefined || now - this.#lookedAt < maxAgeMs) return undefined
    this.#lookedAt = now
    return this.#look(this.#source.of)
  }

  /** Throws `KRB5_KDB_NOMASTERKEY` for a version that is not there. */
  version(kvno: number): MasterKey {
    const key = this.#find(kvno) ?? this.#findAnew(kvno)
    if (key === undefined) throw new KrbError('KRB5_KDB_NOMASTERKEY', { kvno })
    return key
  }

  /** The version that new keys are sealed with: the latest activation that is not in the future; version 1 where none is written down. */
  active(now: number): MasterKey {
    if (this.#activations.length === 0) return this.#find(1) ?? this.#all[0]!
    let current: Activation | undefined
    for (const activation of this.#activations) {
      if (activation.from <= now && (current === undefined || activation.from >= current.from)) current = activation
    }
    if (current === undefined) throw new KrbError('KRB5_KDB_NOACTMASTERKEY')
    return this.version(current.kvno)
  }

  /** A key of an entry, opened with the version that the entry names. */
  openKey(entry: Pick<PrincipalEntry, 'tlData'>, data: Pick<KeyData, 'etype' | 'sealed'>): Key {
    return this.version(readMasterKvno(entry.tlData)).openKey(data)
  }

  async #look(source: MasterKeySource): Promise<void> {
    const entry = await attemptAsync(async () => source.entry())
    if (entry === undefined || this.#adopt(entry, this.#all)) return
    const known = await attemptAsync(() => source.known())
    if (known !== undefined) this.#adopt(entry, known)
  }

  /** An entry may already be under a version that was added since the last look. */
  #findAnew(kvno: number): MasterKey | undefined {
    const entry = this.#source?.of.entry()
    if (entry === undefined || entry instanceof Promise) return undefined
    return this.#adopt(entry, this.#all) ? this.#find(kvno) : undefined
  }

  #adopt(entry: PrincipalEntry, known: readonly { readonly kvno: number; readonly key: Key }[]): boolean {
    if (this.#source === undefined || entry === this.#source.entry) return true
    const keys = attempt(() => masterKeysOf(entry, known))
    if (keys === undefined) return false
    this.#all = keys.#all
    this.#activations = keys.#activations
    this.#source.entry = entry
    return true
  }

  #find(kvno: number): MasterKey | undefined {
    return this.#all.find(key => key.kvno === kvno)
  }
}

/**
 * All versions, from K/M's entry and one version that is known (from the stash or a password). The newest opens by itself or through the copy sealed
 * under the known one; it then opens the others. Throws `KRB5_KDB_BADMASTERKEY` when the known key fits nothing.
 */
export function masterKeysOf(entry: PrincipalEntry, known: readonly { readonly kvno: number; readonly key: Key }[]): MasterKeys {
  const newestData = entry.keyData.reduce<KeyData | undefined>((a, b) => (a === undefined || b.kvno > a.kvno ? b : a), undefined)
  if (newestData === undefined) throw new KrbError('KRB5_KDB_NOMASTERKEY')
  const newest = known.map(({ key }) => newestFrom(entry, newestData, key)).find(found => found !== undefined)
  if (newest === undefined) throw new KrbError('KRB5_KDB_BADMASTERKEY')
  const others = entry.keyData.filter(data => data.kvno !== newest.kvno).map(data => new MasterKey(data.kvno, newest.openKey(data)))
  const all = [newest, ...others].sort((a, b) => b.kvno - a.kvno)
  return new MasterKeys(all, readActivations(entry.tlData))
}

/** The master key that a password stands for: string-to-key with the salt of K/M@REALM. */
export function masterKeyFromPassword(etype: EtypeId, password: Secret, name: Principal): Promise<Key> {
  return keyFromPassword(etype, password, defaultSalt(name))
}

/** `K/M@REALM`, or `master_key_name` in place of K/M. */
export function masterPrincipal(realm: string, name = 'K/M'): Principal {
  return { type: NameType.PRINCIPAL, realm, components: name.split('/') }
}

function newestFrom(entry: PrincipalEntry, newest: KeyData, key: Key): MasterKey | undefined {
  const candidate = attempt(() => new MasterKey(newest.kvno, key))
  const own = candidate && attempt(() => candidate.openKey(newest))
  if (candidate !== undefined && own !== undefined) return sameKey(own, key) ? candidate : undefined
  for (const { sealed, newestEtype, newestKvno } of readMasterKeyAux(entry.tlData)) {
    const found = candidate && attempt(() => candidate.openKey({ etype: newestEtype, sealed }))
    if (found !== undefined) return new MasterKey(newestKvno, found)
  }
  return undefined
}

/** Both are known to their holder already: no secret is compared against a stranger's. */
function sameKey(a: Key, b: Key): boolean {
  return a.etype === b.etype && a.value.use(left => b.value.use(right => Buffer.compare(left, right) === 0))
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

async function attemptAsync<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

function sealUnder(master: PreparedKey, key: Key, random: (length: number) => Bytes): Bytes {
  return key.value.use(octets => {
    const ciphertext = master.etype.encrypt(master, 0, octets, random(master.etype.confounderBytes))
    return Buffer.concat([Uint8Array.of(octets.length, octets.length >> 8), ciphertext])
  })
}

function openUnder(master: PreparedKey, { etype, sealed }: Pick<KeyData, 'etype' | 'sealed'>): Key {
  if (sealed.length < 2) throw new KrbError('KRB5_KDB_INVALIDKEYSIZE')
  const length = sealed[0]! | (sealed[1]! << 8)
  const plain = master.etype.decrypt(master, 0, sealed.subarray(2))
  // Older ciphers pad: the plain text may be longer than the key, never shorter.
  if (plain.length < length) throw new KrbError('KRB5_KDB_INVALIDKEYSIZE')
  const value = Secret.copyOf(plain.subarray(0, length))
  plain.fill(0)
  return { etype, value }
}
