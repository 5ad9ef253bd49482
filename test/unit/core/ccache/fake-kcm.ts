import { type Bytes, concat, EMPTY } from '../../../../src/core/bytes/bytes.ts'
import { Reader } from '../../../../src/core/bytes/reader.ts'
import { decodeText } from '../../../../src/core/bytes/text.ts'
import { Writer } from '../../../../src/core/bytes/writer.ts'
import type { LocalSockets, LocalStream } from '../../../../src/core/env.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'

/** What a daemon of some make lacks and how it says so. */
export interface FakeKcmOptions {
  readonly lacks?: readonly number[]
  /** sssd puts its refusals where the transport's status is, Heimdal's daemon into the reply. */
  readonly refuses?: 'in transport' | 'in reply'
  readonly refusal?: number
  /** Every connection is closed after that many replies, as sssd does with idle ones. */
  readonly repliesPerConnection?: number
}

/** A KCM daemon in memory, written from the protocol's description and not from our client. */
export class FakeKcm implements LocalSockets {
  readonly caches = new Map<string, { principal: Bytes; offset: number; entries: Bytes[] }>()
  readonly asked: number[] = []
  connections = 0
  primary = '0'
  #made = 0
  readonly #options: FakeKcmOptions

  constructor(options: FakeKcmOptions = {}) {
    this.#options = options
  }

  async connect(path: string): Promise<LocalStream> {
    this.connections++
    let pending: Bytes = EMPTY
    let replies = 0
    return {
      write: async request => {
        if (replies === this.#options.repliesPerConnection) throw new KrbError('EPIPE', { path })
        replies++
        pending = concat(pending, this.#reply(request))
      },
      read: async count => {
        if (pending.length < count) throw new KrbError('ECONNRESET', { path })
        const octets = pending.slice(0, count)
        pending = pending.slice(count)
        return octets
      },
      close: () => undefined,
    }
  }

  #reply(request: Bytes): Bytes {
    const reader = new Reader(request, () => new Error('short request'))
    if (reader.u32('length') !== reader.left || reader.u16('version') !== 0x0200) throw new Error('no KCM request')
    const op = reader.u16('operation')
    this.asked.push(op)
    const { lacks = [], refuses = 'in reply', refusal = NO_SUPPORT } = this.#options
    if (lacks.includes(op)) return refuses === 'in transport' ? frame(refusal) : frame(0, refusal)
    try {
      return frame(0, 0, this.#results(op, reader))
    } catch (error) {
      if (typeof error !== 'number') throw error
      return frame(0, error)
    }
  }

  #results(op: number, reader: Reader): Bytes {
    if (op === 3) return text(`0:${++this.#made}`)
    if (op === 18) {
      if (this.caches.size === 0) throw NO_CACHE
      return concat(...[...this.caches.keys()].map(name => uuid(name)))
    }
    if (op === 19) return text(named(reader.bytes(16, 'uuid')))
    if (op === 20) return text(this.primary)
    const name = readName(reader)
    if (op === 4) {
      this.caches.set(name, { principal: rest(reader), offset: 0, entries: [] })
      return EMPTY
    }
    if (op === 13002) {
      const offset = reader.i32('offset')
      const from = rest(reader)
      const [principal, tail] = splitPrincipal(from)
      this.caches.set(name, { principal, offset, entries: list(tail) })
      return EMPTY
    }
    if (op === 21) {
      this.primary = name
      return EMPTY
    }
    const cache = this.caches.get(name)
    if (cache === undefined) throw NO_CACHE
    switch (op) {
      case 5:
        this.caches.delete(name)
        return EMPTY
      case 6:
        cache.entries.push(rest(reader))
        return EMPTY
      case 8:
        return cache.principal
      case 9:
        return concat(...cache.entries.map((_, i) => uuid(String(i))))
      case 10:
        return cache.entries[Number(named(reader.bytes(16, 'uuid')))]!
      case 11:
        return this.#remove(cache, rest(reader))
      case 22:
        return new Writer().u32(cache.offset).finish()
      case 23:
        cache.offset = reader.i32('offset')
        return EMPTY
      case 13001:
        return concat(
          new Writer().u32(cache.entries.length).finish(),
          ...cache.entries.map(entry => concat(new Writer().u32(entry.length).finish(), entry)),
        )
      default:
        throw NO_SUPPORT
    }
  }

  /** By exact times (flag 1<<26) and key type (1<<30) with client, server and key given (7): entries that begin as the pattern does. */
  #remove(cache: { entries: Bytes[] }, argument: Bytes): Bytes {
    const reader = new Reader(argument, () => new Error('short pattern'))
    if (reader.u32('flags') !== (1 << 26) + (1 << 30) || reader.u32('present') !== 7) throw new Error('pattern')
    const pattern = rest(reader)
    const head = Buffer.from(pattern.subarray(0, pattern.length - 5))
    cache.entries = cache.entries.filter(entry => !Buffer.from(entry).subarray(0, head.length).equals(head))
    return EMPTY
  }
}

/** Length of what follows the transport status, the status, and unless that is an error the result code and the results. */
function frame(transport: number, code?: number, results: Bytes = EMPTY): Bytes {
  const body = code === undefined ? EMPTY : concat(new Writer().u32(code).finish(), results)
  return concat(new Writer().u32(body.length).u32(transport).finish(), body)
}

function text(value: string): Bytes {
  return new Uint8Array(Buffer.from(`${value}\0`))
}

function uuid(value: string): Bytes {
  const octets = new Uint8Array(16)
  octets.set(Buffer.from(value))
  return octets
}

function named(octets: Bytes): string {
  return Buffer.from(octets).toString().replace(/\0+$/, '')
}

function readName(reader: Reader): string {
  const octets: number[] = []
  for (let octet = reader.u8('name'); octet !== 0; octet = reader.u8('name')) octets.push(octet)
  return decodeText(Uint8Array.from(octets))
}

function rest(reader: Reader): Bytes {
  return reader.bytes(reader.left, 'rest').slice()
}

/** u32 type, u32 count, then realm and components each behind a u32 length. */
function splitPrincipal(octets: Bytes): [Bytes, Bytes] {
  const reader = new Reader(octets, () => new Error('short principal'))
  reader.skip(4, 'type')
  const count = reader.u32('count')
  for (let i = 0; i <= count; i++) reader.skip(reader.u32('length'), 'piece')
  return [octets.slice(0, reader.offset), octets.slice(reader.offset)]
}

function list(octets: Bytes): Bytes[] {
  const reader = new Reader(octets, () => new Error('short list'))
  const entries = Array.from({ length: reader.u32('count') }, () => reader.bytes(reader.u32('length'), 'entry').slice())
  if (reader.left > 0) throw new Error('octets after the list')
  return entries
}

const NO_CACHE = -1765328189
const NO_SUPPORT = -1765328137
export const INTERNAL = -1765328188
