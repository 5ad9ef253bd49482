import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { encodeText } from '../../core/bytes/text.ts'
import type { Env } from '../../core/env.ts'
import { serveControl } from '../../platform/control-socket.ts'
import { systemClock } from '../../platform/node-env.ts'
import { serveRealm } from '../../realm/serve.ts'
import { movableClock } from '../../realm/virtual-clock.ts'
import { moveClock } from './clock.ts'
import type { NamedRealm } from './folder.ts'
import type { ServingStatus } from './status.ts'

/** The realm's process: serves until it is told to stop, by the control socket or a signal. With `movable` its clock can be moved. */
export async function serve({ files }: NamedRealm, movable: boolean, env: Env): Promise<number> {
  process.umask(0o077)
  const clock = movable ? movableClock(files) : undefined
  if (clock === undefined) rmSync(files.clock, { force: true })
  const served = await serveRealm(files, { ...env, clock: clock ?? systemClock() })
  await env.files.replace(files.pid, encodeText(`${env.host.pid}\n`), { mode: 0o600 })
  const status: ServingStatus = { port: served.port, kadmin: served.kadmin ?? null, kpasswd: served.kpasswd ?? null, pid: env.host.pid }
  const stopped = new AbortController()
  const control = await serveControl(files.control, async ({ command, argument }) => {
    if (command === 'status') return status
    if (command === 'clock') return moveClock(clock, argument)
    if (command !== 'stop') throw new Error(`unknown command ${command}`)
    stopped.abort()
    return status
  })
  process.on('SIGHUP', () => served.reopenLogs())
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.abort())
  if (!stopped.signal.aborted) await once(stopped.signal, 'abort')
  await served.close()
  await control.close()
  return 0
}
