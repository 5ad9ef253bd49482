import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import { pooledRandom } from '../../core/crypto/random-pool.ts'
import type { Env } from '../../core/env.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { MasterKeys } from '../../kdc/store/master-key.ts'
import type { Store } from '../../kdc/store/store.ts'
import type { AdminApi } from '../api.ts'
import { VERBS } from '../language/index.ts'
import type { AnyVerb, Verb } from '../language/verb.ts'
import type { AdminContext, Handler } from '../run/context.ts'
import { HANDLERS } from '../run/index.ts'
import { openDatabase } from './database.ts'
import { dictionaryReader } from './dictionary.ts'
import { knownMasterKeys, masterKeysFrom } from './master-keys.ts'

export interface LocalAdminOptions {
  readonly config: KdcConfig
  /** Who is written down as the one who changed an entry. */
  readonly caller: Principal
  /** Asks for the master password; without it the stash file is read. */
  readonly masterPassword?: () => Promise<Secret>
}

/** The realm's database, opened for administration. Throws what opening, the stash file and the master key give. */
export async function openLocalAdmin({ config, caller, masterPassword }: LocalAdminOptions, env: Env): Promise<AdminApi> {
  const store = await openDatabase(config)
  try {
    using password = await masterPassword?.()
    const masterKeys = await masterKeysFrom(store, config, await knownMasterKeys(config, env, password), env)
    return localAdmin(adminContext({ store, masterKeys, config, caller }, env))
  } catch (error) {
    await store.close()
    throw error
  }
}

export function adminContext(
  parts: { readonly store: Store; readonly masterKeys: MasterKeys; readonly config: KdcConfig; readonly caller: Principal },
  env: Env,
): AdminContext {
  return {
    ...parts,
    now: () => env.clock.now().seconds,
    random: pooledRandom(length => env.random(length)),
    dictionary: dictionaryReader(parts.config.dictFile, env.files),
  }
}

export function localAdmin(context: AdminContext): AdminApi {
  return {
    realm: context.config.realm,
    async call<In, Out, Draft>(verb: Verb<In, Out, Draft>, input: In): Promise<Out> {
      await context.masterKeys.upToDate(MASTER_KEY_CHECK_MS)
      return handlerOf(verb)(input, context)
    },
    close: () => context.store.close(),
  }
}

/** Both tables have the same keys, which is what ties a verb's types to its handler's. */
function handlerOf<In, Out, Draft>(verb: Verb<In, Out, Draft>): Handler<In, Out> {
  for (const name in HANDLERS)
    if ((VERBS[name as keyof typeof VERBS] as AnyVerb) === verb) return HANDLERS[name as keyof typeof VERBS] as unknown as Handler<In, Out>
  throw new Error(`no handler for ${verb.names[0]}`)
}

/** As often as the store looks whether it is still the same file. */
const MASTER_KEY_CHECK_MS = 50
