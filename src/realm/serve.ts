import type { AdminApi } from '../admin/api.ts'
import { openDatabase } from '../admin/local/database.ts'
import { adminContext, localAdmin } from '../admin/local/local-admin.ts'
import { knownMasterKeys, masterKeysFrom } from '../admin/local/master-keys.ts'
import { loadKdcConfig } from '../core/config/kdc-conf.ts'
import type { Env } from '../core/env.ts'
import { parsePrincipal } from '../core/principal/principal.ts'
import { loadZone } from '../core/time/zone.ts'
import { servedRealm } from '../kdc/served-realm.ts'
import { startKdc } from '../kdc/server/daemon.ts'
import { Log } from '../kdc/server/log.ts'
import type { RealmFiles } from './layout.ts'
import { insideRealm } from './prepare.ts'

/** A prepared realm whose KDC runs in this process. */
export interface ServedRealmFolder {
  readonly realm: string
  readonly port: number
  /** The realm's database, for whoever runs it. */
  readonly admin: AdminApi
  reopenLogs(): void
  close(): Promise<void>
}

/** Opens the database and the log of a prepared folder and listens. Throws `KrbError` EADDRINUSE when the port is taken. */
export async function serveRealm(files: RealmFiles, env: Env): Promise<ServedRealmFolder> {
  const inside = insideRealm(files, env)
  const config = await loadKdcConfig(inside)
  const store = await openDatabase(config)
  try {
    const masterKeys = await masterKeysFrom(store, config, await knownMasterKeys(config, inside), inside)
    const complaints: string[] = []
    const log = new Log({
      destinations: config.logging('kdc').destinations,
      program: 'tkrealm',
      hostname: env.host.hostname(),
      pid: env.host.pid,
      clock: env.clock,
      zone: await loadZone(env),
      mode: 0o600,
      complain: text => complaints.push(text),
    })
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
    const kdc = await startKdc({
      realms: [servedRealm(config, store, masterKeys)],
      env,
      udp: config.kdcListen,
      tcp: config.kdcTcpListen,
      log,
    })
    const caller = parsePrincipal('root/admin', { defaultRealm: config.realm })
    return {
      realm: config.realm,
      port: kdc.endpoints[0]!.port,
      admin: localAdmin(adminContext({ store, masterKeys, config, caller }, env)),
      reopenLogs: () => log.reopen(),
      async close() {
        await kdc.close()
        await log.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
