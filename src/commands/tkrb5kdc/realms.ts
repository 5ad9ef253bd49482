import { openDatabase } from '../../admin/local/database.ts'
import { knownMasterKeys, masterKeysFrom } from '../../admin/local/master-keys.ts'
import { type ListenAddress, parseListenList } from '../../core/config/host-port.ts'
import { type KdcConfig, loadKdcConfig } from '../../core/config/kdc-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { etypeIdByName } from '../../core/registry/etype.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { ServedRealm } from '../../kdc/realm-settings.ts'
import { servedRealm } from '../../kdc/served-realm.ts'
import { checkDatabaseArguments, withDatabaseOptions, withValues } from '../tkadmin/database-options.ts'
import type { RealmPlan } from './flags.ts'

/** A realm's configuration with its options laid over it. */
export interface ConfiguredRealm {
  readonly plan: RealmPlan
  readonly config: KdcConfig
  readonly udp: readonly ListenAddress[]
  readonly tcp: readonly ListenAddress[]
}

/** Throws what reading the configuration throws, and `EINVAL` for ports that mean nothing. */
export async function configuredRealm(plan: RealmPlan, env: Env): Promise<ConfiguredRealm> {
  const read = await loadKdcConfig(env, plan.realm)
  const said = (name: string) => read.profile.value('realms', read.realm, name) !== undefined
  const config = withValues(withDatabaseOptions(read, { database: plan.database, arguments: plan.databaseArguments }), {
    masterKeyName: said('master_key_name') ? undefined : plan.masterKeyName,
    masterKeyType: said('master_key_type') || plan.masterKeyType === undefined ? undefined : etypeIdByName(plan.masterKeyType),
  })
  const listens = said('kdc_listen') || said('kdc_ports')
  const udp = listens || plan.ports === undefined ? config.kdcListen : parseListenList(plan.ports, KDC_PORT)
  const tcpSaid = ['kdc_tcp_listen', 'kdc_tcp_ports'].some(name => said(name) || read.profile.value('kdcdefaults', name) !== undefined)
  return { plan, config, udp, tcp: tcpSaid ? config.kdcTcpListen : udp }
}

/** The master password, for `-m`; undefined when the stash file has it. */
export async function askedPassword({ plan }: ConfiguredRealm, env: Env): Promise<Secret | undefined> {
  return plan.askMasterKey ? env.prompter.secret('Enter KDC database master key: ') : undefined
}

/** Opens the database and the master key; a failure says at which step, for the log. */
export async function openedRealm({ plan, config }: ConfiguredRealm, password: Secret | undefined, env: Env): Promise<ServedRealm> {
  const at = async <T>(doing: string, task: () => T | Promise<T>): Promise<T> => {
    try {
      return await task()
    } catch (error) {
      throw error instanceof KrbError ? error.during(`${doing} for realm ${config.realm}`) : error
    }
  }
  const store = await at('initializing database', () => {
    checkDatabaseArguments(plan.databaseArguments)
    return openDatabase(config)
  })
  try {
    const known = await at(`fetching master key ${config.masterKeyName}`, () => knownMasterKeys(config, env, password))
    return servedRealm(config, store, await at('fetching master keys list', () => masterKeysFrom(store, config, known, env)))
  } catch (error) {
    await store.close()
    throw error
  }
}

const KDC_PORT = 88
