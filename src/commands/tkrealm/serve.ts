import { once } from 'node:events'
import { encodeText } from '../../core/bytes/text.ts'
import type { Env } from '../../core/env.ts'
import { serveControl } from '../../platform/control-socket.ts'
import { serveRealm } from '../../realm/serve.ts'
import type { NamedRealm } from './folder.ts'
import type { ServingStatus } from './status.ts'

/** The realm's process: serves until it is told to stop, by the control socket or a signal. */
export async function serve({ files }: NamedRealm, env: Env): Promise<number> {
  process.umask(0o077)
  const served = await serveRealm(files, env)
  await env.files.replace(files.pid, encodeText(`${env.host.pid}\n`), { mode: 0o600 })
  const status: ServingStatus = { port: served.port, pid: env.host.pid }
  const stopped = new AbortController()
  const control = await serveControl(files.control, async ({ command }) => {
    if (command === 'status') return status
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
