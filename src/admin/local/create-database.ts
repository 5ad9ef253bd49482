import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import type { Env } from '../../core/env.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import { type Principal, parsePrincipal, tgtPrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { MasterKey, MasterKeys, masterKeyFromPassword, masterPrincipal } from '../../kdc/store/master-key.ts'
import type { Store } from '../../kdc/store/store.ts'
import { activationContents, masterKvnoContents, modificationContents, TlType } from '../../kdc/store/tl-data.ts'
import { VERBS } from '../language/index.ts'
import { randomKeys, supportedKeySalts, wipeKeys } from '../run/key-salts.ts'
import { sealKeys } from '../run/rekey.ts'
import { newDatabase } from './database.ts'
import { adminContext, localAdmin } from './local-admin.ts'

export interface NewDatabase {
  readonly config: KdcConfig
  readonly masterPassword: Secret
  /** Version of the master key, 1 unless somebody wants another. */
  readonly masterKvno?: number
}

/**
 * A new database with K/M, krbtgt/REALM, kadmin/admin and kadmin/changepw as MIT makes them (docs/formats/mit-database.md). It is built aside
 * and appears complete. Gives the master key, for the stash file. Throws `EEXIST` when there is one of ours or of MIT's already.
 */
export async function createDatabase({ config, masterPassword, masterKvno = 1 }: NewDatabase, env: Env): Promise<MasterKey> {
  const name = masterPrincipal(config.realm, config.masterKeyName)
  const master = new MasterKey(masterKvno, await masterKeyFromPassword(config.masterKeyType, masterPassword, name))
  const store = await newDatabase(config)
  try {
    await fill(store, master, config, env)
    await (await store.promote()).close()
  } catch (error) {
    await store.abandon()
    throw error
  }
  return master
}

async function fill(store: Store, master: MasterKey, config: KdcConfig, env: Env): Promise<void> {
  const masterKeys = new MasterKeys([master], [{ kvno: master.kvno, from: 0 }])
  const caller = parsePrincipal('kdb5_util', { defaultRealm: config.realm })
  const context = adminContext({ store, masterKeys, config, caller }, env)
  const keys = randomKeys(supportedKeySalts(config), context.random)
  const ticketGranting = { ...plainEntry(tgtPrincipal(config.realm), config, context.now()), keyData: sealKeys(keys, 1, context) }
  wipeKeys(keys)
  await store.write(tx => {
    tx.putPrincipal(masterEntry(master, config, env))
    tx.putPrincipal(namingMaster(ticketGranting, master))
  })
  const admin = localAdmin(context)
  for (const { name, maxLife, attributes } of ADMIN_SERVICES) {
    const principal = parsePrincipal(name, { defaultRealm: config.realm })
    await admin.call(VERBS.addPrincipal, { principal, change: { maxLife, attributes }, keySalts: [], keys: { from: 'random' } })
  }
}

/** K/M: the master key sealed by itself, active since ever (a clock that is set back must not take it away). */
function masterEntry(master: MasterKey, config: KdcConfig, env: Env): PrincipalEntry {
  const entry = plainEntry(masterPrincipal(config.realm, config.masterKeyName), config, env.clock.now().seconds)
  const sealed = master.sealKey(master.key, length => env.random(length))
  return {
    ...entry,
    attributes: (entry.attributes | PrincipalAttribute.DISALLOW_ALL_TIX) >>> 0,
    keyData: [{ version: 1, kvno: master.kvno, etype: master.key.etype, sealed, saltType: 0, salt: new Uint8Array(0) }],
    tlData: [
      { type: TlType.MKVNO, contents: masterKvnoContents(master.kvno) },
      { type: TlType.ACTKVNO, contents: activationContents([{ kvno: master.kvno, from: 0 }]) },
      ...entry.tlData,
    ],
  }
}

function plainEntry(principal: Principal, config: KdcConfig, now: number): PrincipalEntry {
  const by = unparsePrincipal({ ...principal, components: ['db_creation'] })
  return {
    principal,
    attributes: (config.defaultPrincipalFlags | PrincipalAttribute.LOCKDOWN_KEYS) >>> 0,
    maxLife: config.maxLife,
    maxRenewableLife: config.maxRenewableLife,
    expiration: config.defaultPrincipalExpiration,
    pwExpiration: 0,
    lastSuccess: 0,
    lastFailed: 0,
    failAuthCount: 0,
    tlData: [{ type: TlType.MOD_PRINC, contents: modificationContents({ at: now, by }) }],
    keyData: [],
  }
}

/** MIT leaves the version away here, which means 1; with another one its database depends on every key being tried. Ours says it. */
function namingMaster(entry: PrincipalEntry, { kvno }: MasterKey): PrincipalEntry {
  if (kvno === 1) return entry
  return { ...entry, tlData: [{ type: TlType.MKVNO, contents: masterKvnoContents(kvno) }, ...entry.tlData] }
}

const ADMIN_SERVICES = [
  {
    name: 'kadmin/admin',
    maxLife: 3 * 3600,
    attributes: PrincipalAttribute.DISALLOW_TGT_BASED | PrincipalAttribute.LOCKDOWN_KEYS,
  },
  {
    name: 'kadmin/changepw',
    maxLife: 5 * 60,
    attributes: PrincipalAttribute.DISALLOW_TGT_BASED | PrincipalAttribute.PWCHANGE_SERVICE | PrincipalAttribute.LOCKDOWN_KEYS,
  },
] as const
