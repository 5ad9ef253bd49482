import cluster, { type Worker } from 'node:cluster'
import type { Log } from '../../kdc/server/log.ts'
import { type Orders, READY, WANTS_ORDERS } from '../daemon/detach.ts'

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

const RESTART_MS = 200
