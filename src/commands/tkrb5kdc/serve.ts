import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { ServedRealm } from '../../kdc/realm-settings.ts'
import { openAuditTrail } from '../../kdc/server/audit/open.ts'
import type { Trail } from '../../kdc/server/audit/trail.ts'
import { type RunningKdc, startKdc } from '../../kdc/server/daemon.ts'
import type { Log } from '../../kdc/server/log.ts'
import type { Role } from '../daemon/detach.ts'
import { type ConfiguredRealm, openedRealm } from './realms.ts'

export interface Serving {
  readonly realms: readonly ConfiguredRealm[]
  /** Of each realm, for `-m`. */
  readonly passwords: readonly (Secret | undefined)[]
  readonly name: string
  readonly env: Env
  err(text: string): void
}

export interface ServingKdc {
  readonly kdc: RunningKdc
  reopenAudit(): void
  close(): Promise<void>
}

/** Opens databases and sockets. A failure is in the log, and thrown in the words that MIT has on standard error. */
export async function serve(serving: Serving, log: Log, mine: Role): Promise<ServingKdc> {
  const served: ServedRealm[] = []
  const audit = openedAudit(serving, log)
  const closeStores = () => Promise.all(served.map(({ store }) => store.close()))
  try {
    for (const [i, realm] of serving.realms.entries()) served.push(await openedOrSaid(realm, serving.passwords[i], serving, log))
    const kdc = await listening(serving, served, { log, audit }, mine)
    return {
      kdc,
      reopenAudit: () => audit?.reopen(),
      async close() {
        await kdc.close()
        await closeStores()
        await audit?.close()
        await log.close()
      },
    }
  } catch (error) {
    await closeStores()
    await audit?.close()
    await log.close()
    throw error
  }
}

async function openedOrSaid(realm: ConfiguredRealm, password: Secret | undefined, { env }: Serving, log: Log): Promise<ServedRealm> {
  try {
    return await openedRealm(realm, password, env)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    logFailure(error, log)
    const text = `cannot initialize realm ${realm.config.realm} - see log file for details`
    throw new KrbError(error.code, error.params, { text, hints: [error.describe(), ...error.hints], cause: error })
  }
}

/** One stream for all realms of the process: that of the first. */
function openedAudit({ realms, env }: Serving, log: Log): Trail | undefined {
  try {
    return openAuditTrail(realms[0]!.config.audit, env, (level, text) => log.write(level, text))
  } catch (error) {
    if (error instanceof KrbError) logFailure(error, log)
    throw error
  }
}

interface Records {
  readonly log: Log
  readonly audit: Trail | undefined
}

async function listening(
  { realms, env }: Serving,
  served: readonly ServedRealm[],
  { log, audit }: Records,
  mine: Role,
): Promise<RunningKdc> {
  const { kdcTcpListenBacklog, kdcMaxDgramReplySize } = realms[0]!.config
  try {
    return await startKdc({
      realms: served,
      env,
      udp: realms.flatMap(({ udp }) => udp),
      tcp: realms.flatMap(({ tcp }) => tcp),
      backlog: kdcTcpListenBacklog,
      maxDatagram: kdcMaxDgramReplySize,
      sharesPorts: mine === 'worker',
      log,
      audit,
    })
  } catch (error) {
    if (error instanceof KrbError) logFailure(error, log)
    throw error
  }
}

/** As com_err writes into MIT's log: `TEXT - while DOING`. */
function logFailure(error: KrbError, log: Log): void {
  log.write('error', error.doing === undefined ? error.message : `${error.message.trimEnd()} - while ${error.doing}`)
  log.flush()
}
