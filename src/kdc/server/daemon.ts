import type { ListenAddress } from '../../core/config/host-port.ts'
import type { Env } from '../../core/env.ts'
import type { AuditTrail } from '../audit/trail.ts'
import { tooLongReply } from '../error-reply.ts'
import { createKdc } from '../handler.ts'
import type { LogLevel } from '../realm-desk.ts'
import type { ServedRealm } from '../realm-settings.ts'
import { LIMITS, type Limits } from './limits.ts'
import { type Endpoint, openListener, requireFreePorts } from './listener.ts'

/** Where lines go; `Log` is one, and so is anything that keeps them until `flush`. */
interface KdcLog {
  write(level: LogLevel, text: string): void
  flush(): void
}

export interface KdcStart {
  /** At least one. Stores stay the caller's: they are not closed. */
  readonly realms: readonly ServedRealm[]
  readonly env: Pick<Env, 'clock' | 'random'>
  readonly udp: readonly ListenAddress[]
  readonly tcp: readonly ListenAddress[]
  readonly backlog?: number
  /** kdc_max_dgram_reply_size, in octets. */
  readonly maxDatagram?: number
  readonly limits?: Partial<Limits>
  /** This process is one of several that share the ports, and somebody has looked whether they are free. */
  readonly sharesPorts?: boolean
  readonly log: KdcLog
  readonly audit?: KdcAudit | undefined
}

/** The audit stream; `Trail` is one. */
interface KdcAudit extends AuditTrail {
  flush(): boolean
}

export interface RunningKdc {
  /** With the ports that were taken for port 0. */
  readonly endpoints: readonly Endpoint[]
  close(): Promise<void>
}

/** Starts a KDC in this process; it listens when the promise resolves. Throws as `openListener`. */
export async function startKdc(start: KdcStart): Promise<RunningKdc> {
  const { realms, env, log, audit } = start
  // Cryptography and DER work in many small buffers; larger pools save a tenth of a request. What is kept for long is copied out of them.
  Buffer.poolSize = Math.max(Buffer.poolSize, POOL_OCTETS)
  const sink = (level: LogLevel, text: string) => log.write(level, text)
  const kdc = createKdc({ realms, env, log: sink, audit, maxDatagram: start.maxDatagram ?? DEFAULT_MAX_DATAGRAM })
  sink('info', 'setting up network...')
  if (!start.sharesPorts) await requireFreePorts(start.udp)
  const listener = await openListener({
    handler: kdc,
    udp: start.udp,
    tcp: start.tcp,
    backlog: start.backlog ?? 0,
    limits: { ...LIMITS, ...start.limits },
    log: sink,
    writeDown: () => {
      const complete = audit?.flush() ?? true
      log.flush()
      return complete
    },
    tooLong: () => tooLongReply(realms[0]!.policy.realm, env.clock.now()),
  })
  sink('info', `set up ${listener.sockets} sockets`)
  sink('info', 'commencing operation')
  log.flush()
  return {
    endpoints: listener.endpoints,
    async close() {
      await listener.close()
      sink('info', 'shutting down')
      log.flush()
    },
  }
}

const DEFAULT_MAX_DATAGRAM = 4096
const POOL_OCTETS = 64 * 1024
