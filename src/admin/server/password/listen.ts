import type { ListenAddress } from '../../../core/config/host-port.ts'
import { LIMITS, type Limits } from '../../../kdc/server/limits.ts'
import { type Listener, openListener, requireFreePorts } from '../../../kdc/server/listener.ts'
import { tooLongReply } from './reply.ts'
import { createPasswordServer, type PasswordServerParts, passwordService } from './server.ts'

export interface PasswordListenerParts extends PasswordServerParts {
  /** For UDP and TCP alike. Port 0 takes a free one, the same for both at one address. */
  readonly listen: readonly ListenAddress[]
  /** Log and audit stream; false: replies must not go out. */
  readonly writeDown: () => boolean
  readonly backlog?: number
  readonly limits?: Partial<Limits>
}

/** Serves passwords on these addresses. Throws as `openListener`. */
export async function listenForPasswords(parts: PasswordListenerParts): Promise<Listener> {
  const { context, listen, log, writeDown } = parts
  await requireFreePorts(listen)
  return openListener({
    handler: createPasswordServer(parts),
    udp: listen,
    tcp: listen,
    backlog: parts.backlog ?? 0,
    limits: { ...LIMITS, ...parts.limits },
    log,
    writeDown,
    tooLong: () => tooLongReply(passwordService(context.config.realm), context.now()),
  })
}
