import type { Env } from '../../core/env.ts'
import { Secret } from '../../core/secret/secret.ts'
import { type Endpoint, requireFreePorts } from '../../kdc/server/listener.ts'
import type { Log } from '../../kdc/server/log.ts'
import type { RealmPlan } from './flags.ts'
import { askedPassword, type ConfiguredRealm, configuredRealm } from './realms.ts'
import { detach, type Orders, type Role, receiveOrders, reportReady, role, supervise } from './roles.ts'
import { openLog, type Serving, serve, writePidFile } from './serve.ts'

export interface KdcOptions {
  readonly plans: readonly RealmPlan[]
  readonly foreground: boolean
  /** 0: this process serves. */
  readonly workers: number
  readonly pidFile: string | undefined
  readonly name: string
  readonly env: Env
  err(text: string): void
}

export interface KdcResult {
  readonly status: number
  readonly endpoints: readonly Endpoint[]
}

/** Runs until a signal ends it, or, for the first process of a daemon, until the daemon listens. */
export async function run(options: KdcOptions): Promise<KdcResult> {
  const { plans, env, err } = options
  const mine = role()
  const orders = mine === 'first' ? undefined : await receiveOrders()
  const realms: ConfiguredRealm[] = []
  for (const plan of plans) realms.push(await configuredRealm(plan, env))
  const passwords = orders === undefined ? await asked(realms, env) : orders.passwords.map(secretOf)
  if (mine === 'first' && !options.foreground) return { status: await detach(ordersOf(passwords), err), endpoints: [] }
  const serving = { realms, passwords, name: options.name, env, err }
  const log = await openLog(serving, mine)
  return options.workers > 0 && mine !== 'worker' ? superviseHere(options, serving, log, mine) : serveHere(options, serving, log, mine)
}

async function serveHere(options: KdcOptions, serving: Serving, log: Log, mine: Role): Promise<KdcResult> {
  let reopenAudit = () => {}
  const signal = ending(mine, () => {
    log.reopen()
    reopenAudit()
  })
  const served = await serve(serving, log, mine)
  reopenAudit = served.reopenAudit
  for (const password of serving.passwords) password?.wipe()
  announce(options, mine)
  await signal
  await served.close()
  return { status: 0, endpoints: served.kdc.endpoints }
}

async function superviseHere(options: KdcOptions, { realms, passwords }: Serving, log: Log, mine: Role): Promise<KdcResult> {
  await requireFreePorts(realms.flatMap(({ udp }) => udp))
  const workers = supervise(options.workers, ordersOf(passwords), log)
  const signal = ending(mine, () => {
    log.reopen()
    workers.reopenLogs()
  })
  const failed = await Promise.race([workers.ready, workers.over])
  if (failed === undefined) {
    announce(options, mine)
    await Promise.race([signal, workers.over])
    workers.stop()
  }
  const status = await workers.over
  await log.close()
  return { status, endpoints: [] }
}

/** It listens: the line that scripts wait for, the pid file, and a word to the process that waits for this one. */
function announce({ pidFile, name, err }: KdcOptions, mine: Role): void {
  if (pidFile !== undefined && mine !== 'worker') writePidFile(pidFile)
  if (mine === 'first') err(`${name}: starting...\n`)
  else reportReady(mine)
}

/**
 * Resolves at the first signal to end; SIGHUP calls `hangup`. A worker also ends when its supervisor is gone. Whatever still holds the process
 * back then, it ends within the second.
 */
function ending(mine: Role, hangup: () => void): Promise<void> {
  process.on('SIGHUP', hangup)
  return new Promise(resolve => {
    const end = () => {
      setTimeout(() => process.exit(0), PATIENCE_MS).unref()
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, end)
    if (mine === 'worker') process.on('disconnect', end)
  })
}

async function asked(realms: readonly ConfiguredRealm[], env: Env): Promise<(Secret | undefined)[]> {
  const passwords: (Secret | undefined)[] = []
  for (const realm of realms) passwords.push(await askedPassword(realm, env))
  return passwords
}

function ordersOf(passwords: readonly (Secret | undefined)[]): Orders {
  return { passwords: passwords.map(password => password?.use(octets => Buffer.from(octets).toString('base64')) ?? null) }
}

function secretOf(password: string | null): Secret | undefined {
  return password === null ? undefined : new Secret(Uint8Array.from(Buffer.from(password, 'base64')))
}

const PATIENCE_MS = 800
