import { writeFileSync } from 'node:fs'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { loadZone } from '../../core/time/zone.ts'
import type { ServedRealm } from '../../kdc/realm-settings.ts'
import { type RunningKdc, startKdc } from '../../kdc/server/daemon.ts'
import { Log } from '../../kdc/server/log.ts'
import { type ConfiguredRealm, openedRealm } from './realms.ts'
import type { Role } from './roles.ts'

export interface Serving {
  readonly realms: readonly ConfiguredRealm[]
  /** Of each realm, for `-m`. */
  readonly passwords: readonly (Secret | undefined)[]
  readonly name: string
  readonly env: Env
  err(text: string): void
}

/** The log of [logging] kdc. What is wrong with it is said on standard error, and the KDC runs without. */
export async function openLog({ realms, name, env, err }: Serving, mine: Role): Promise<Log> {
  const { destinations, unreadable } = realms[0]!.config.logging('kdc')
  if (mine !== 'worker') for (const value of unreadable) err(`${name}: cannot parse <${value}>\n`)
  return new Log({
    // The supervisor has emptied a FILE= log already.
    destinations: mine === 'worker' ? destinations.map(one => (one.kind === 'file' ? { ...one, append: true } : one)) : destinations,
    program: name,
    hostname: env.host.hostname(),
    pid: process.pid,
    clock: env.clock,
    zone: await loadZone(env),
    mode: 0o640,
    complain: text => err(`${text}\n`),
  })
}

/** Opens databases and sockets. A failure is in the log, and thrown in the words that MIT has on standard error. */
export async function serve(serving: Serving, log: Log, mine: Role): Promise<{ readonly kdc: RunningKdc; close(): Promise<void> }> {
  const served: ServedRealm[] = []
  const closeStores = () => Promise.all(served.map(({ store }) => store.close()))
  try {
    for (const [i, realm] of serving.realms.entries()) served.push(await openedOrSaid(realm, serving.passwords[i], serving, log))
    const kdc = await listening(serving, served, log, mine)
    return {
      kdc,
      async close() {
        await kdc.close()
        await closeStores()
        await log.close()
      },
    }
  } catch (error) {
    await closeStores()
    await log.close()
    throw error
  }
}

/** The process id, for scripts that stop the KDC. */
export function writePidFile(path: string): void {
  writeFileSync(path, `${process.pid}\n`, { mode: 0o644 })
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

async function listening({ realms, env }: Serving, served: readonly ServedRealm[], log: Log, mine: Role): Promise<RunningKdc> {
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
