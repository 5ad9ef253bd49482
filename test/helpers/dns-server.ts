import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import * as dns from 'dns-packet'

/** What a name server says: records by `TYPE name` (lower case), as dns-packet writes them; URI records as [priority, weight, target]. */
export type Zone = Readonly<Record<string, readonly unknown[]>>

export interface DnsServer {
  /** As `dns.getServers()` writes it. */
  readonly address: string
  /** `TYPE name` of every question, in order. */
  readonly asked: string[]
  close(): void
}

export interface DnsOptions {
  readonly port?: number
  readonly address?: string
  /** Spoils answers over UDP. */
  readonly spoil?: (answer: Buffer) => Buffer | undefined
  /** Says over UDP that the answer is cut off. */
  readonly truncate?: boolean
}

/** A name server of a test on loopback, over UDP and TCP. Names that the zone does not have do not exist. */
export async function startDns(zone: Zone, options: DnsOptions = {}): Promise<DnsServer> {
  const { address = '127.0.0.1', port = 0, spoil = (answer: Buffer) => answer, truncate = false } = options
  const asked: string[] = []
  const server: Server = createServer(stream => {
    stream.on('error', () => stream.destroy())
    stream.once('data', chunk => {
      const reply = answerTo(chunk.subarray(2), zone, asked, false)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(reply.length)
      stream.end(Buffer.concat([length, reply]))
    })
  })
  const socket = await sharingPort(server, port, address)
  socket.on('message', (message, peer) => {
    const reply = spoil(answerTo(message, zone, asked, truncate))
    if (reply !== undefined) socket.send(reply, peer.port, peer.address)
  })
  return {
    address: `${address}:${socket.address().port}`,
    asked,
    close() {
      socket.close()
      server.close()
    },
  }
}

/** Binds both; a port that the system chose for the one may be taken for the other, and then it is asked for another. */
async function sharingPort(server: Server, port: number, address: string): Promise<Socket> {
  for (let tries = 1; ; tries++) {
    server.listen(port, address)
    await once(server, 'listening')
    const socket = createSocket('udp4')
    try {
      socket.bind((server.address() as AddressInfo).port, address)
      await once(socket, 'listening')
      return socket
    } catch (error) {
      socket.close()
      server.close()
      await once(server, 'close')
      if (port !== 0 || tries === 20) throw error
    }
  }
}

function answerTo(message: Buffer, zone: Zone, asked: string[], truncated: boolean): Buffer {
  const { id, questions = [] } = dns.decode(message)
  const [question] = questions
  const type = TYPES[question!.type] ?? question!.type
  const name = question!.name.toLowerCase()
  asked.push(`${type} ${question!.name}`)
  const found = zone[`${type} ${name}`]
  const answers = truncated
    ? []
    : (found ?? []).map(data => ({ type: question!.type, name, class: 'IN', ttl: 60, data: encoded(type, data) }))
  const exists = Object.keys(zone).some(key => key.endsWith(` ${name}`))
  const rcode = exists ? 0 : NXDOMAIN
  const flags = dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE | (truncated ? dns.TRUNCATED_RESPONSE : 0) | rcode
  return dns.encode({ type: 'response', id: id ?? 0, flags, questions, answers: answers as never })
}

function encoded(type: string, data: unknown): unknown {
  if (type !== 'URI') return data
  const [priority, weight, target] = data as readonly [number, number, string]
  const octets = Buffer.alloc(4 + Buffer.byteLength(target, 'latin1'))
  octets.writeUInt16BE(priority)
  octets.writeUInt16BE(weight, 2)
  octets.write(target, 4, 'latin1')
  return octets
}

/** dns-packet has no name for it. */
const TYPES: Readonly<Record<string, string>> = { UNKNOWN_256: 'URI' }
const NXDOMAIN = 3
