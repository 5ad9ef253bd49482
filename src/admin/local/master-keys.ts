import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { type MasterKeys, masterKeyFromPassword, masterKeysOf, masterPrincipal } from '../../kdc/store/master-key.ts'
import { readStash, type StashedKey } from '../../kdc/store/stash.ts'
import type { Store } from '../../kdc/store/store.ts'

/** The key or keys that open the others: those of the stash file, or the one that a password makes. */
export async function knownMasterKeys(config: KdcConfig, env: Env, password?: Secret): Promise<readonly StashedKey[]> {
  const name = masterPrincipal(config.realm, config.masterKeyName)
  if (password !== undefined) return [{ kvno: 1, key: await masterKeyFromPassword(config.masterKeyType, password, name) }]
  try {
    return await readStash(config.keyStashFile, name, env.files)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const text = `Can not fetch master key (error: ${error.message}).`
    throw new KrbError('KRB5_KDB_CANTREAD_STORED', { path: config.keyStashFile }, { text, cause: error })
  }
}

/** All versions of the realm's master key, now and as they change. Throws `KRB5_KDB_NOENTRY` without K/M and `KRB5_KDB_BADMASTERKEY` when no known key fits. */
export async function masterKeysFrom(store: Store, config: KdcConfig, known: readonly StashedKey[], env: Env): Promise<MasterKeys> {
  const name = masterPrincipal(config.realm, config.masterKeyName)
  const entry = await store.principal(name)
  if (entry === undefined) throw new KrbError('KRB5_KDB_NOENTRY')
  try {
    return masterKeysOf(entry, known).following(entry, { entry: () => store.principal(name), known: () => knownMasterKeys(config, env) })
  } catch (error) {
    if (!(error instanceof KrbError) || error.code !== 'KRB5_KDB_BADMASTERKEY') throw error
    // The newline belongs to MIT's text.
    const text = 'Unable to decrypt latest master key with the provided master key\n'
    throw new KrbError(error.code, error.params, { text, cause: error })
  }
}
