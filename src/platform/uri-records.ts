import type { Socket } from 'node:dgram'
import type { DecodedPacket, Packet } from 'dns-packet'

/** A URI record (RFC 7553). */
export interface UriRecord {
  readonly priority: number
  readonly weight: number
  readonly target: string
}

/**
 * The URI records of a domain, which node:dns cannot ask for, as the first of the name servers has them; empty when it has none or when
 * none of the servers answers. `servers` are written as `dns.getServers()` does. An answer counts when its id and its question are ours.
 */
export async function uriRecords(domain: string, servers: readonly string[], timeoutMs: number): Promise<readonly UriRecord[]> {
  const dns = await import('dns-packet')
  for (let tries = 0; tries < TRIES; tries++) {
    for (const server of servers) {
      const answer = await ask(domain, { ...nameServer(server), timeoutMs }, dns)
      if (answer === undefined || (answer.rcode !== 'NOERROR' && answer.rcode !== 'NXDOMAIN')) continue
      return answer.answers.flatMap(record => uriRecord(record) ?? [])
    }
  }
  return []
}

type Dns = typeof import('dns-packet')
type Answer = DecodedPacket & { readonly rcode: string; readonly answers: NonNullable<Packet['answers']> }

interface NameServer {
  readonly address: string
  readonly port: number
  readonly timeoutMs: number
}

async function ask(domain: string, server: NameServer, dns: Dns): Promise<Answer | undefined> {
  const { randomInt } = await import('node:crypto')
  const id = randomInt(0x10000)
  const question = dns.encode({
    type: 'query',
    id,
    flags: dns.RECURSION_DESIRED,
    questions: [{ type: URI_TYPE as 'TXT', class: 'IN', name: domain }],
  })
  const read = (octets: Buffer) => answerTo(id, domain, octets, dns)
  const answer = await byUdp(question, server, read)
  return answer?.flag_tc === true ? byTcp(question, server, read) : answer
}

/** undefined for anything that is no answer to this question. */
function answerTo(id: number, domain: string, octets: Buffer, dns: Dns): Answer | undefined {
  try {
    const answer = dns.decode(octets) as Answer
    const [asked] = answer.questions ?? []
    const ours = answer.type === 'response' && answer.id === id && (asked?.type as string) === URI_TYPE
    return ours && asked?.name.toLowerCase() === domain.toLowerCase() ? answer : undefined
  } catch {
    // dns-packet throws plain errors for what it cannot read.
    return undefined
  }
}

async function byUdp(question: Buffer, server: NameServer, read: (octets: Buffer) => Answer | undefined): Promise<Answer | undefined> {
  const { createSocket } = await import('node:dgram')
  const socket: Socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4')
  return within(
    resolve => {
      socket.on('error', () => resolve(undefined))
      socket.on('message', octets => {
        const answer = read(octets)
        if (answer !== undefined) resolve(answer)
      })
      socket.connect(server.port, server.address, () => socket.send(question))
    },
    () => socket.close(),
    server.timeoutMs,
  )
}

async function byTcp(question: Buffer, server: NameServer, read: (octets: Buffer) => Answer | undefined): Promise<Answer | undefined> {
  const { connect } = await import('node:net')
  const socket = connect(server.port, server.address)
  return within(
    resolve => {
      let received = Buffer.alloc(0)
      socket.on('connect', () => socket.write(Buffer.concat([lengthOf(question), question])))
      socket.on('data', chunk => {
        received = Buffer.concat([received, chunk])
        // Two octets of length bound what is kept.
        if (received.length >= 2 && received.length - 2 >= received.readUInt16BE()) resolve(read(received.subarray(2)))
      })
      socket.on('error', () => resolve(undefined))
      socket.on('close', () => resolve(undefined))
    },
    () => socket.destroy(),
    server.timeoutMs,
  )
}

async function within<T>(start: (resolve: (value: T | undefined) => void) => void, end: () => void, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<T | undefined>(resolve => {
      timer = setTimeout(() => resolve(undefined), ms)
      start(resolve)
    })
  } finally {
    clearTimeout(timer)
    end()
  }
}

/** dns-packet hands out octets for types that it has no name for. */
function uriRecord(record: Answer['answers'][number]): UriRecord | undefined {
  const { type, data } = record as { readonly type: string; readonly data: unknown }
  if (type !== URI_TYPE || !Buffer.isBuffer(data) || data.length < 5) return undefined
  return { priority: data.readUInt16BE(0), weight: data.readUInt16BE(2), target: data.toString('latin1', 4) }
}

/** `10.0.0.1`, `10.0.0.1:5353`, `fe80::1`, `[fe80::1]:5353`. */
function nameServer(text: string): Omit<NameServer, 'timeoutMs'> {
  const match = /^\[(?<v6>[^\]]+)\](?::(?<v6port>\d+))?$/.exec(text) ?? /^(?<v4>[^:]+):(?<v4port>\d+)$/.exec(text)
  const port = match?.groups?.v6port ?? match?.groups?.v4port
  return { address: match?.groups?.v6 ?? match?.groups?.v4 ?? text, port: port === undefined ? 53 : Number(port) }
}

function lengthOf(octets: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(octets.length)
  return length
}

const URI_TYPE = 'UNKNOWN_256'
const TRIES = 2
