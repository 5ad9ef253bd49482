import { type ChildProcess, spawn } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import { closeSync, openSync } from 'node:fs'
import type { Log } from '../../kdc/server/log.ts'

/*
 * The KDC as several processes. Without -n the first one starts a detached one and waits until it listens; with -w one supervises workers that
 * share the sockets. Passwords are asked by the first and go down the channel between the processes.
 */

/** What the process before this one tells it. Passwords in base64, by realm. */
export interface Orders {
  readonly passwords: readonly (string | null)[]
}

export type Role = 'first' | 'daemon' | 'worker'

export function role(): Role {
  if (cluster.isWorker) return 'worker'
  return process.env[DAEMON_MARK] === undefined ? 'first' : 'daemon'
}

/** For a daemon or worker: what it is to do. It asks first, since what is sent before it listens is lost. */
export async function receiveOrders(): Promise<Orders> {
  delete process.env[DAEMON_MARK]
  return new Promise(resolve => {
    process.once('message', message => resolve(message as Orders))
    process.send?.(WANTS_ORDERS)
  })
}

/** A daemon or worker tells that it listens. The daemon lets go of the terminal. */
export function reportReady(mine: Role): void {
  if (mine === 'daemon') {
    closeSync(2)
    openSync('/dev/null', 'w')
  }
  process.send?.(READY)
}

/** Starts this program again in a session of its own; resolves with the exit status: 0 once it listens. Its complaints come out here. */
export function detach(orders: Orders, err: (text: string) => void): Promise<number> {
  const daemon = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...process.argv.slice(2)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, [DAEMON_MARK]: '1' },
  })
  daemon.stderr!.setEncoding('utf8').on('data', err)
  return new Promise(resolve => {
    daemon.on('message', message => {
      if (message === WANTS_ORDERS) daemon.send(orders)
      if (message !== READY) return
      release(daemon)
      resolve(0)
    })
    daemon.once('close', code => resolve(code ?? 1))
  })
}

export interface Supervision {
  /** All workers listen. */
  readonly ready: Promise<void>
  /** Resolves with the exit status. */
  readonly over: Promise<number>
  stop(): void
  reopenLogs(): void
}

/** Runs `count` workers. One that dies is replaced; one that cannot start at all ends everything. */
export function supervise(count: number, orders: Orders, log: Log): Supervision {
  // The workers accept connections themselves: handing each one over would cost the supervisor as much as serving it.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: process.argv[1]!, args: process.argv.slice(2) })
  const ready = deferred<void>()
  const over = deferred<number>()
  const workers = new Set<Worker>()
  let stopping = false
  let status = 0
  let listening = 0
  const stop = () => {
    stopping = true
    for (const worker of workers) worker.process.kill('SIGTERM')
    if (workers.size === 0) over.resolve(status)
  }
  const ended = (worker: Worker, started: boolean, code: number | null, signal: string | null) => {
    workers.delete(worker)
    if (!stopping) {
      log.write('error', `worker ${worker.process.pid} exited with status ${signal ?? code}`)
      log.flush()
    }
    if (!stopping && started) setTimeout(() => stopping || start(), RESTART_MS)
    else if (!stopping) {
      status = code || 1
      stop()
    } else if (workers.size === 0) over.resolve(status)
  }
  const start = () => {
    const worker = cluster.fork()
    let started = false
    workers.add(worker)
    worker.on('message', message => {
      if (message === WANTS_ORDERS) worker.send(orders)
      if (message !== READY) return
      started = true
      if (++listening === count) ready.resolve()
    })
    worker.on('exit', (code, signal) => ended(worker, started, code, signal))
  }
  log.write('info', `creating ${count} worker processes`)
  log.flush()
  for (let i = 0; i < count; i++) start()
  return {
    ready: ready.promise,
    over: over.promise,
    stop,
    reopenLogs() {
      for (const worker of workers) worker.process.kill('SIGHUP')
    },
  }
}

function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let settle: (value: T) => void = () => {}
  const promise = new Promise<T>(resolve => {
    settle = resolve
  })
  return { promise, resolve: value => settle(value) }
}

function release(daemon: ChildProcess): void {
  daemon.disconnect()
  daemon.stderr!.destroy()
  daemon.removeAllListeners()
  daemon.unref()
}

/** In the environment of the detached process; removed there at once. */
const DAEMON_MARK = 'TKRB5KDC_DAEMON'
const WANTS_ORDERS = 'wants orders'
const READY = 'ready'
const RESTART_MS = 200
