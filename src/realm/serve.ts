import type { AdminApi } from '../admin/api.ts'
import { openDatabase } from '../admin/local/database.ts'
import { adminContext, localAdmin } from '../admin/local/local-admin.ts'
import { knownMasterKeys, masterKeysFrom } from '../admin/local/master-keys.ts'
import type { AdminStart, RunningAdmin } from '../admin/server/daemon.ts'
import { adminListen } from '../core/config/admin-listen.ts'
import { type KdcConfig, loadKdcConfig } from '../core/config/kdc-conf.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { parsePrincipal } from '../core/principal/principal.ts'
import { loadZone } from '../core/time/zone.ts'
import { servedRealm } from '../kdc/served-realm.ts'
import { openAuditTrail } from '../kdc/server/audit/open.ts'
import { startKdc } from '../kdc/server/daemon.ts'
import { Log } from '../kdc/server/log.ts'
import { makeAdministrator } from './administrator.ts'
import type { RealmFiles } from './layout.ts'
import { insideRealm, moveRealm, type RealmWishes, servesAdministration } from './prepare.ts'

/** A prepared realm whose servers run in this process. */
export interface ServedRealmFolder {
  readonly realm: string
  /** Of the KDC. */
  readonly port: number
  /** undefined where there is no administration. */
  readonly kadmin: number | undefined
  readonly kpasswd: number | undefined
  /** The realm's database, for whoever runs it. */
  readonly admin: AdminApi
  reopenLogs(): void
  close(): Promise<void>
}

/** Opens the database and the log of a prepared folder and listens. Throws `KrbError` EADDRINUSE when a port is taken. */
export async function serveRealm(files: RealmFiles, env: Env): Promise<ServedRealmFolder> {
  const inside = insideRealm(files, env)
  const config = await loadKdcConfig(inside)
  const store = await openDatabase(config)
  const opened: { close(): Promise<void> }[] = [store]
  const close = async () => {
    for (const each of opened.reverse()) await each.close()
  }
  try {
    const masterKeys = await masterKeysFrom(store, config, await knownMasterKeys(config, inside), inside)
    const log = await openLog(config, inside)
    opened.push(log)
    const audit = openAuditTrail(config.audit, env, (level, text) => log.write(level, text))
    if (audit !== undefined) opened.push(audit)
    const realm = servedRealm(config, store, masterKeys)
    const kdc = await startKdc({ realms: [realm], env, udp: config.kdcListen, tcp: config.kdcTcpListen, log, audit })
    opened.push(kdc)
    const caller = parsePrincipal('root/admin', { defaultRealm: config.realm })
    const admin = localAdmin(adminContext({ store, masterKeys, config, caller }, env))
    const administration = servesAdministration(config)
      ? await startAdministration({ config, store, masterKeys, log, audit, env: inside })
      : undefined
    if (administration !== undefined) {
      opened.push(administration)
      await makeAdministrator(config, admin, files, inside)
    }
    return {
      realm: config.realm,
      port: kdc.endpoints[0]!.port,
      kadmin: administration?.kadmind[0]?.port,
      kpasswd: administration?.kpasswd[0]?.port,
      admin,
      reopenLogs: () => {
        log.reopen()
        audit?.reopen()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The same for a realm that was prepared just now. Its ports were free then, but realms that start at once may have found the same ones: it moves as
 * long as nobody knows them yet.
 */
export async function serveNewRealm(wishes: RealmWishes, files: RealmFiles, env: Env): Promise<ServedRealmFolder> {
  for (let moves = 0; ; moves++) {
    try {
      return await serveRealm(files, env)
    } catch (error) {
      const taken = error instanceof KrbError && error.code === 'EADDRINUSE' && error.params.port !== wishes.port
      if (!taken || moves === MAX_MOVES) throw error
      await moveRealm(wishes, files, env)
    }
  }
}

/** Loaded only where it is wanted: a realm of nothing but a KDC starts faster. */
async function startAdministration(parts: Omit<AdminStart, 'acl' | 'listen'>): Promise<RunningAdmin> {
  const { config, env } = parts
  const [{ startAdminServer }, { loadAcl }] = await Promise.all([import('../admin/server/daemon.ts'), import('../admin/acl/load.ts')])
  return startAdminServer({ ...parts, acl: await loadAcl(config, env.files), listen: adminListen(config) })
}

async function openLog(config: KdcConfig, env: Env): Promise<Log> {
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
  return log
}

const MAX_MOVES = 10
