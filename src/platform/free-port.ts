import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 where nobody listens, neither by UDP nor by TCP. It lies below the range from which the system takes ports for
 * outgoing connections, so that it stays free while the realm is down.
 */
export async function freePort(random: (length: number) => Uint8Array): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [high, low] = random(2)
    const port = FIRST + (((high! << 8) | low!) % COUNT)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port among ${MAX_TRIES} tried`)
}

/** Whether a server could listen there now. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port)) && (await canBind(port))
}

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function canBind(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}

const FIRST = 20_000
const COUNT = 12_000
const MAX_TRIES = 200
