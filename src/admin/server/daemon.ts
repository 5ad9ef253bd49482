import type { AdminListen } from '../../core/config/admin-listen.ts'
import type { Env } from '../../core/env.ts'
import { MemoryReplayCache } from '../../core/rcache/replay-cache.ts'
import { loadZone } from '../../core/time/zone.ts'
import type { AuditTrail } from '../../kdc/audit/trail.ts'
import type { LogLevel } from '../../kdc/realm-desk.ts'
import type { Endpoint, Listener } from '../../kdc/server/listener.ts'
import type { Acl } from '../acl/entry.ts'
import { granting } from '../acl/match.ts'
import { adminContext } from '../local/local-admin.ts'
import type { AdminContext } from '../run/context.ts'
import { ADMIN_LIMITS, type AdminLimits } from './limits.ts'
import { openAdminListener } from './listener.ts'
import { listenForPasswords } from './password/listen.ts'
import { passwordService } from './password/server.ts'
import { createAdminService } from './service.ts'

/** Where lines go; `Log` is one. */
interface AdminLog {
  write(level: LogLevel, text: string): void
  flush(): void
}

/** The audit stream; `Trail` is one. */
interface AdminAudit extends AuditTrail {
  flush(): boolean
}

export interface AdminStart extends Pick<AdminContext, 'store' | 'masterKeys' | 'config'> {
  /** Stays the caller's, as the store does: neither is closed. */
  readonly log: AdminLog
  /** Stays the caller's too. */
  readonly audit?: AdminAudit | undefined
  readonly acl: Acl
  readonly listen: AdminListen
  readonly env: Env
  readonly limits?: Partial<AdminLimits>
}

export interface RunningAdmin {
  /** Of administration, with the ports that were taken for port 0. */
  readonly kadmind: readonly Endpoint[]
  readonly kpasswd: readonly Endpoint[]
  close(): Promise<void>
}

/** Serves a realm's administration and password changes from this process; both listen when the promise resolves. Throws as `openListener`. */
export async function startAdminServer(start: AdminStart): Promise<RunningAdmin> {
  const { store, masterKeys, config, log, audit, acl, listen, env } = start
  const sink = (level: LogLevel, text: string) => log.write(level, text)
  const writeDown = () => {
    const complete = audit?.flush() ?? true
    log.flush()
    return complete
  }
  const context = adminContext({ store, masterKeys, config, caller: passwordService(config.realm) }, env)
  // One for both services: their tickets are for different ones, but nobody gains by two.
  const replayCache = new MemoryReplayCache({ clockskew: config.client.clockskew })
  const desk = { context, acl, log: sink, audit }
  const opened: Listener[] = []
  const close = async () => {
    await Promise.all(opened.map(listener => listener.close()))
  }
  sink('info', 'setting up network...')
  try {
    const mayChange = (client: AdminContext['caller'], target: AdminContext['caller']) => granting(acl, 'c', client, target) !== undefined
    const passwords = { context, replayCache, log: sink, audit, writeDown, mayChange, zone: await loadZone(env) }
    const kpasswd = await listenForPasswords({ ...passwords, listen: listen.kpasswd })
    opened.push(kpasswd)
    const service = createAdminService({ desk, replayCache, env: { clock: env.clock, random: context.random } })
    const limits = { ...ADMIN_LIMITS, ...start.limits }
    const kadmind = await openAdminListener({ service, listen: listen.kadmind, limits, log: sink, writeDown })
    opened.push(kadmind)
    sink('info', `set up ${kpasswd.sockets + kadmind.sockets} sockets`)
    log.flush()
    return { kadmind: kadmind.endpoints, kpasswd: kpasswd.endpoints, close }
  } catch (error) {
    await close()
    throw error
  }
}
