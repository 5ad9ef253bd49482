import type { Env } from '../../core/env.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { type Endpoint, requireFreePorts } from '../../kdc/server/listener.ts'
import type { Log } from '../../kdc/server/log.ts'
import { announce } from '../daemon/announce.ts'
import { detach, type Role, receiveOrders, role } from '../daemon/detach.ts'
import { ending } from '../daemon/ending.ts'
import { openLog } from '../daemon/open-log.ts'
import { ordersOf, passwordsOf } from '../daemon/orders.ts'
import type { RealmPlan } from './flags.ts'
import { askedPassword, type ConfiguredRealm, configuredRealm } from './realms.ts'
import { type Serving, serve } from './serve.ts'
import { supervise } from './supervise.ts'

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
  const passwords = orders === undefined ? await asked(realms, env) : passwordsOf(orders)
  if (mine === 'first' && !options.foreground) return { status: await detach(ordersOf(passwords), err), endpoints: [] }
  const serving = { realms, passwords, name: options.name, env, err }
  const log = await openLog({ config: realms[0]!.config, entity: 'kdc', name: options.name, env, err }, mine)
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

async function asked(realms: readonly ConfiguredRealm[], env: Env): Promise<(Secret | undefined)[]> {
  const passwords: (Secret | undefined)[] = []
  for (const realm of realms) passwords.push(await askedPassword(realm, env))
  return passwords
}
