import { loadAcl } from '../../admin/acl/load.ts'
import { openDatabase } from '../../admin/local/database.ts'
import { knownMasterKeys, masterKeysFrom } from '../../admin/local/master-keys.ts'
import { type RunningAdmin, startAdminServer } from '../../admin/server/daemon.ts'
import { type AdminListen, adminListen } from '../../core/config/admin-listen.ts'
import { type KdcConfig, loadKdcConfig } from '../../core/config/kdc-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { openAuditTrail } from '../../kdc/server/audit/open.ts'
import type { Trail } from '../../kdc/server/audit/trail.ts'
import type { Log } from '../../kdc/server/log.ts'
import type { MasterKeys } from '../../kdc/store/master-key.ts'
import type { Store } from '../../kdc/store/store.ts'
import { announce } from '../daemon/announce.ts'
import { detach, receiveOrders, role } from '../daemon/detach.ts'
import { ending } from '../daemon/ending.ts'
import { openLog } from '../daemon/open-log.ts'
import { ordersOf, passwordsOf } from '../daemon/orders.ts'
import { checkDatabaseArguments, withDatabaseOptions } from '../tkadmin/database-options.ts'

export interface AdminDaemonOptions {
  /** undefined: the default realm. */
  readonly realm: string | undefined
  readonly databaseArguments: readonly string[]
  readonly askMasterKey: boolean
  /** undefined: as configured. */
  readonly port: number | undefined
  readonly propagationOnly: boolean
  readonly foreground: boolean
  readonly pidFile: string | undefined
  readonly name: string
  readonly env: Env
  err(text: string): void
}

export interface AdminDaemonResult extends Pick<RunningAdmin, 'kadmind' | 'kpasswd'> {
  readonly status: number
}

/** Runs until a signal ends it, or, for the first process of a daemon, until the daemon listens. */
export async function run(options: AdminDaemonOptions): Promise<AdminDaemonResult> {
  const { env, err, name } = options
  const mine = role()
  const orders = mine === 'first' ? undefined : await receiveOrders()
  const config = withDatabaseOptions(await loadKdcConfig(env, options.realm), {
    database: undefined,
    arguments: options.databaseArguments,
  })
  const [password] = orders === undefined ? [await askedPassword(options)] : passwordsOf(orders)
  if (mine === 'first' && !options.foreground) return { status: await detach(ordersOf([password]), err), kadmind: [], kpasswd: [] }
  const log = await openLog({ config, entity: 'admin_server', name, env, err }, mine)
  let reopenAudit = () => {}
  const signal = ending(mine, () => {
    log.reopen()
    reopenAudit()
  })
  try {
    const { server, audit, close } = await serve(options, config, password, log)
    reopenAudit = () => audit?.reopen()
    await step(log, 'creating PID file', async () => announce(options, mine))
    await signal
    await close()
    return { status: 0, kadmind: server.kadmind, kpasswd: server.kpasswd }
  } finally {
    await log.close()
  }
}

interface Serving {
  readonly server: RunningAdmin
  readonly audit: Trail | undefined
  close(): Promise<void>
}

async function serve(options: AdminDaemonOptions, config: KdcConfig, password: Secret | undefined, log: Log): Promise<Serving> {
  const { env } = options
  const { store, masterKeys } = await step(log, 'initializing', () => opened(options, config, password))
  try {
    const listen = await step(log, 'getting config parameters', async () => listenAddresses(options, config))
    if (options.propagationOnly && !config.iprop) {
      throw said(log, new KrbError('EINVAL', {}, { text: '-proponly can only be used when iprop_enable is true, aborting' }))
    }
    const acl = await step(log, 'initializing ACL file', () => loadAcl(config, env.files))
    const audit = await step(log, 'opening the audit stream', async () =>
      openAuditTrail(config.audit, env, (level, text) => log.write(level, text)),
    )
    const server = await step(log, 'initializing network', () =>
      startAdminServer({ store, masterKeys, config, acl, listen, env, log, audit }),
    )
    log.write('info', 'starting')
    log.flush()
    return {
      server,
      audit,
      async close() {
        await server.close()
        await audit?.close()
        await store.close()
        log.write('info', 'finished, exiting')
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

async function opened(
  { databaseArguments, env }: AdminDaemonOptions,
  config: KdcConfig,
  password: Secret | undefined,
): Promise<{ readonly store: Store; readonly masterKeys: MasterKeys }> {
  checkDatabaseArguments(databaseArguments)
  const store = await openDatabase(config)
  try {
    using _ = password
    return { store, masterKeys: await masterKeysFrom(store, config, await knownMasterKeys(config, env, password), env) }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Propagation alone needs neither of the two ports. */
function listenAddresses({ propagationOnly, port }: AdminDaemonOptions, config: KdcConfig): AdminListen {
  return propagationOnly ? { kadmind: [], kpasswd: [] } : adminListen(config, port)
}

async function askedPassword({ askMasterKey, env }: AdminDaemonOptions): Promise<Secret | undefined> {
  return askMasterKey ? env.prompter.secret('Enter KDC database master key: ') : undefined
}

/** A failure is in the log, and thrown in the same words: kadmind says why at both places. */
async function step<T>(log: Log, doing: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw said(
      log,
      new KrbError(error.code, error.params, { text: `${error.message} while ${doing}, aborting`, hints: error.hints, cause: error }),
    )
  }
}

function said(log: Log, error: KrbError): KrbError {
  for (const hint of error.hints) log.write('error', hint)
  log.write('error', error.message.replaceAll(/\s*\n\s*/g, ' '))
  return error
}
