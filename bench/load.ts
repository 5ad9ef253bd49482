import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'

export interface LoadResult {
  readonly replies: number
  /** CPU time of the server and its threads per reply, in microseconds: the figure to compare; wall time suffers from neighbours. */
  readonly cpuUs: number
  readonly perSecond: number
}

/** Sends each request once, at most `window` of them unanswered at a time, and reads off what the server's processes ran meanwhile. */
export async function load(port: number, pids: readonly number[], requests: readonly Uint8Array[], window = 32): Promise<LoadResult> {
  const before = runTimeNs(pids)
  const start = process.hrtime.bigint()
  const replies = await sendAll(port, requests, window)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  return { replies, cpuUs: Number(runTimeNs(pids) - before) / 1000 / replies, perSecond: replies / seconds }
}

function sendAll(port: number, requests: readonly Uint8Array[], window: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    let sent = 0
    let replies = 0
    let stalled: NodeJS.Timeout
    const done = () => {
      clearTimeout(stalled)
      socket.close()
      resolve(replies)
    }
    const watch = () => {
      clearTimeout(stalled)
      stalled = setTimeout(done, 2000)
    }
    const send = () => {
      if (sent < requests.length) socket.send(requests[sent++]!)
    }
    socket.on('error', reject)
    socket.on('message', () => {
      replies++
      if (replies === requests.length) done()
      else send()
      if ((replies & 255) === 0) watch()
    })
    socket.connect(port, '127.0.0.1', () => {
      watch()
      for (let i = 0; i < window; i++) send()
    })
  })
}

/** Nanoseconds on a CPU of every thread of the processes (proc(5), schedstat). */
function runTimeNs(pids: readonly number[]): bigint {
  let sum = 0n
  for (const pid of pids) {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      sum += BigInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]!)
    }
  }
  return sum
}
