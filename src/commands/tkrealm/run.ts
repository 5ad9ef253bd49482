import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../../core/errors/tables/index.ts'
import { serveControl } from '../../platform/control-socket.ts'
import { startRealm } from '../../realm/index.ts'
import { realmFiles } from '../../realm/layout.ts'
import { moveClock } from './clock.ts'
import type { RealmOptions } from './flags.ts'

/**
 * Runs a command inside a realm that exists only for it: a temporary folder, a KDC in this process. The status is the command's, 128 + N after
 * signal N. Signals meant for the command reach it too; the folder is removed whatever happens.
 */
export async function runInside(command: readonly string[], options: RealmOptions, env: Env): Promise<number> {
  process.umask(0o077)
  using signals = new SignalRelay()
  const users = Object.fromEntries(options.user.map(name => [name, name]))
  const realm = await startRealm({
    users,
    services: options.service,
    ...(options.realm === undefined ? {} : { realm: options.realm }),
    ...(options.port === undefined ? {} : { port: options.port }),
  })
  const files = realmFiles(realm.folder)
  const control = options.clock ? await serveControl(files.control, ({ argument }) => moveClock(realm.clock, argument)) : undefined
  try {
    const { TKRB5_CLOCK, ...still } = realm.env
    return await run(command, { ...env.vars, ...(options.clock ? realm.env : still) }, signals)
  } finally {
    await control?.close()
    await realm.stop()
  }
}

function run([program, ...args]: readonly string[], env: NodeJS.ProcessEnv, signals: SignalRelay): Promise<number> {
  const child = spawn(program!, args, { stdio: 'inherit', env })
  signals.passTo(child)
  return new Promise<number>((resolve, reject) => {
    child.once('error', error => reject(startFailure(program!, error)))
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]))
  })
}

/** From a terminal the whole process group gets SIGINT; from elsewhere only we do, and pass it on, those that came before there was a child too. */
class SignalRelay implements Disposable {
  #child: ChildProcess | undefined
  #early: NodeJS.Signals | undefined

  constructor() {
    for (const signal of FORWARDED) process.on(signal, this.#pass)
  }

  passTo(child: ChildProcess): void {
    this.#child = child
    if (this.#early !== undefined) child.kill(this.#early)
  }

  [Symbol.dispose](): void {
    for (const signal of FORWARDED) process.off(signal, this.#pass)
  }

  readonly #pass = (signal: NodeJS.Signals): void => {
    if (this.#child === undefined) this.#early = signal
    else this.#child.kill(signal)
  }
}

function startFailure(program: string, error: NodeJS.ErrnoException): Error {
  const code = error.code ?? ''
  return code in ERRORS ? new KrbError(code as ErrorCode, { program }, { doing: `running ${program}`, cause: error }) : error
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
