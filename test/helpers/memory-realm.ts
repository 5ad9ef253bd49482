import { randomBytes } from 'node:crypto'
import { randomKey } from '../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { defaultSalt, type Principal, parsePrincipal } from '../../src/core/principal/principal.ts'
import { hierarchicalPath } from '../../src/core/realm-path/path.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import type { RealmPolicy, ServedRealm } from '../../src/kdc/realm-settings.ts'
import type { KeyData, PrincipalEntry } from '../../src/kdc/store/entry.ts'
import { memoryStore } from '../../src/kdc/store/index.ts'
import { MasterKey, MasterKeys } from '../../src/kdc/store/master-key.ts'
import type { Store } from '../../src/kdc/store/store.ts'

export const REALM = 'KDC.TEST'

/** A realm in memory, filled by hand: for tests of the KDC that need no administration. */
export class MemoryRealm implements ServedRealm {
  readonly store: Store
  readonly masterKeys: MasterKeys
  readonly policy: RealmPolicy
  readonly #master: MasterKey

  constructor(policy: Partial<RealmPolicy> = {}, store: Store = memoryStore()) {
    this.store = store
    this.#master = new MasterKey(1, randomKey(18, randomBytes))
    this.masterKeys = new MasterKeys([this.#master])
    this.policy = {
      realm: REALM,
      maxLife: 86_400,
      maxRenewableLife: 604_800,
      clockskew: 300,
      permittedEtypes: [18, 17, 20, 19, 16, 23, 25, 26],
      sessionEtypes: [18, 17, 20, 19, 25, 26],
      rejectBadTransit: true,
      restrictAnonymousToTgt: false,
      disablePac: false,
      hostBasedServices: [],
      noHostReferral: [],
      realmOfHost: () => undefined,
      realmPath: hierarchicalPath,
      disableLastSuccess: false,
      disableLockout: false,
      ...policy,
    }
  }

  /** Puts a principal with these keys; without `password` the keys are random. Returns its keys. */
  async add(
    name: string,
    more: Partial<PrincipalEntry> & { readonly password?: string; readonly etypes?: readonly number[] } = {},
  ): Promise<Key[]> {
    const { password, etypes = [18, 17], ...fields } = more
    const principal = parsePrincipal(name, { defaultRealm: this.policy.realm })
    const keys: Key[] = []
    for (const etype of etypes)
      keys.push(password === undefined ? randomKey(etype, randomBytes) : await fromPassword(etype, password, principal))
    const keyData = keys.map((key): KeyData => {
      const sealed = this.#master.sealKey(key, randomBytes)
      return { version: 1, kvno: 1, etype: key.etype, sealed, saltType: 0, salt: new Uint8Array(0) }
    })
    const entry: PrincipalEntry = {
      principal,
      attributes: 0,
      maxLife: 86_400,
      maxRenewableLife: 604_800,
      expiration: 0,
      pwExpiration: 0,
      lastSuccess: 0,
      lastFailed: 0,
      failAuthCount: 0,
      tlData: [],
      keyData,
      ...fields,
    }
    await this.store.write(tx => tx.putPrincipal(entry))
    return keys
  }

  /** The ticket-granting service; without it no realm. */
  async addTgs(): Promise<Key[]> {
    return this.add(`krbtgt/${this.policy.realm}`)
  }
}

function fromPassword(etype: number, password: string, principal: Principal): Promise<Key> {
  return keyFromPassword(etype, new Secret(Buffer.from(password)), defaultSalt(principal))
}
