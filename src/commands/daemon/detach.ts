import { type ChildProcess, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { closeSync, openSync } from 'node:fs'

/*
 * A server that does not stay in the foreground: the first process starts a detached one and waits until it listens. Passwords are asked by the first
 * and go down the channel between the two.
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

/** For a daemon (or one of its workers): what it is to do. It asks first, since what is sent before it listens is lost. */
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

function release(daemon: ChildProcess): void {
  daemon.disconnect()
  daemon.stderr!.destroy()
  daemon.removeAllListeners()
  daemon.unref()
}

/** In the environment of the detached process; removed there at once. */
const DAEMON_MARK = 'TKRB5_DAEMON'

/** What a process says to the one that started it. */
export const WANTS_ORDERS = 'wants orders'
export const READY = 'ready'
