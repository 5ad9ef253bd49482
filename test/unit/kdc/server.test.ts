import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import type { LogDestination } from '../../../src/core/config/logging.ts'
import { UTC } from '../../../src/core/time/zone.ts'
import { type KdcStart, type RunningKdc, startKdc } from '../../../src/kdc/server/daemon.ts'
import { Log } from '../../../src/kdc/server/log.ts'
import { asReq, openAsRep, refusal } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const HOST = '127.0.0.1'
const env = {
  clock: { now: () => ({ seconds: Math.floor(Date.now() / 1000), micros: 0 }) },
  random: (length: number): Bytes => randomBytes(length),
}

describe('the KDC on the network', () => {
  let realm: MemoryRealm
  let key: Awaited<ReturnType<MemoryRealm['add']>>[number]
  let lines: string[]
  let running: RunningKdc | undefined

  beforeEach(async () => {
    realm = new MemoryRealm()
    await realm.addTgs()
    key = (await realm.add('alice', { password: 'pw' }))[0]!
    lines = []
  })
  afterEach(async () => {
    await running?.close()
    running = undefined
  })

  it('takes one free port for UDP and TCP and answers on both, writing the log first', async () => {
    const port = await start()
    const over = { udp: await udp(port, request()), tcp: await tcp(port, framed(request())) }
    for (const reply of [over.udp, over.tcp.subarray(4)]) openAsRep(reply, key)
    expect(lines.filter(line => line.includes('ISSUE'))).toHaveLength(2)
    expect(lines.slice(0, 3)).toEqual(['setting up network...', 'set up 2 sockets', 'commencing operation'])
  })

  it('serves one connection as long as it asks, also in pieces and several at once', async () => {
    const port = await start()
    const socket = connect(port, HOST)
    const both = Buffer.concat([framed(request()), framed(request())])
    for (const octet of both.subarray(0, 10)) socket.write(Uint8Array.of(octet))
    await new Promise(resolve => setTimeout(resolve, 20))
    socket.write(both.subarray(10))
    const replies = await frames(socket, 2)
    socket.write(framed(request()))
    for (const reply of [...replies, ...(await frames(socket, 1))]) openAsRep(reply, key)
    socket.destroy()
  })

  it('refuses a length beyond measure before anything is sent, and closes', async () => {
    const port = await start()
    const reply = await tcp(port, Buffer.from('00100000', 'hex'))
    expect(refusal(reply.subarray(4)).errorCode).toBe(61)
  })

  it('closes a connection that says nothing sensible, nothing for too long, or the quietest of too many', async () => {
    const port = await start({ limits: { idleMs: 150, maxConnections: 3 } })
    expect(await tcp(port, framed(Buffer.from('noise')))).toHaveLength(0)
    const quiet = connect(port, HOST)
    await once(quiet, 'close')
    const [first, ...others] = [connect(port, HOST), connect(port, HOST), connect(port, HOST), connect(port, HOST)]
    await once(first!, 'close')
    const last = others.at(-1)!
    last.write(framed(request()))
    openAsRep((await frames(last, 1))[0]!, key)
    for (const socket of others) socket.destroy()
  })

  it('on the wildcard address answers from the address that was asked', async () => {
    const port = await start({ udp: [{ address: '0.0.0.0', port: 0 }], tcp: [] })
    const socket = createSocket('udp4')
    socket.send(request(), port, HOST)
    const [reply, from] = await once(socket, 'message')
    socket.close()
    openAsRep(reply, key)
    expect(from).toMatchObject({ address: HOST, port })
  })

  it('does not share a port with another server', async () => {
    const port = await start({ udp: [{ address: '0.0.0.0', port: 0 }], tcp: [] })
    for (const address of ['0.0.0.0', HOST]) {
      const second = startKdc({ realms: [realm], env, udp: [{ address, port }], tcp: [], log: memoryLog() })
      await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE', doing: 'initializing network' })
    }
  })

  it('is silent to noise and to its own port, and lives on', async () => {
    const port = await start()
    const socket = createSocket('udp4')
    for (const noise of ['', 'hello', randomBytes(1000), Buffer.alloc(60_000, 0x6a)]) socket.send(noise, port, HOST)
    socket.send(request(), port, HOST)
    const [reply] = await once(socket, 'message')
    socket.close()
    openAsRep(reply, key)
  })

  function request(): Bytes {
    return asReq(REALM, { client: 'alice' })
  }

  async function start(more: Partial<KdcStart> = {}): Promise<number> {
    const both = [{ address: HOST, port: 0 }]
    running = await startKdc({ realms: [realm], env, udp: both, tcp: both, log: memoryLog(), ...more })
    const ports = new Set(running.endpoints.map(({ port }) => port))
    expect(ports.size).toBe(1)
    return [...ports][0]!
  }

  function memoryLog() {
    return { write: (_level: string, text: string) => void lines.push(text), flush: () => {} }
  }
})

describe('the log', () => {
  const scratch = scratchFolder('kdclog')
  afterAll(() => scratch.remove())
  const clock = { now: () => ({ seconds: 1_795_295_954, micros: 0 }) }

  it("has MIT's prefix, mode 0640, and is in the file after flush", () => {
    const path = newFile()
    const log = open([{ kind: 'file', path, append: true }])
    log.write('info', 'commencing operation')
    log.write('error', 'no')
    log.flush()
    const text =
      'Nov 21 21:19:14 kdc.example tkrb5kdc[42](info): commencing operation\nNov 21 21:19:14 kdc.example tkrb5kdc[42](Error): no\n'
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(statSync(path).mode & 0o777).toBe(0o640 & ~UMASK)
    log.close()
  })

  it('appends or starts anew, as configured, and follows a renamed file only until it is reopened', () => {
    const path = newFile()
    for (const append of [true, true, false]) {
      const log = open([{ kind: 'file', path, append }])
      log.write('info', 'line')
      log.close()
    }
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2)
    const log = open([{ kind: 'file', path, append: true }])
    renameSync(path, `${path}.1`)
    log.write('info', 'still there')
    log.reopen()
    log.write('info', 'here')
    log.close()
    expect(readFileSync(`${path}.1`, 'utf8')).toContain('still there')
    expect(readFileSync(path, 'utf8')).toMatch(/: here\n$/)
  })

  it('goes on without a file that cannot be opened, and says which', () => {
    const complaints: string[] = []
    const path = newFile()
    const log = open(
      [
        { kind: 'file', path: '/nonexistent/kdc.log', append: true },
        { kind: 'file', path, append: true },
      ],
      complaints,
    )
    log.write('info', 'line')
    log.close()
    expect(complaints).toEqual(["Couldn't open log file /nonexistent/kdc.log: No such file or directory"])
    expect(existsSync(path)).toBe(true)
  })

  function open(destinations: readonly LogDestination[], complaints: string[] = []): Log {
    const complain = (text: string) => void complaints.push(text)
    return new Log({ destinations, program: 'tkrb5kdc', hostname: 'kdc.example', pid: 42, clock, zone: UTC, mode: 0o640, complain })
  }

  function newFile(): string {
    const folder = mkdtempSync(join(scratch.path, 'log-'))
    chmodSync(folder, 0o755)
    return join(folder, 'kdc.log')
  }
})

const UMASK = process.umask()

function framed(message: Bytes): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(message.length)
  return Buffer.concat([head, message])
}

async function udp(port: number, message: Bytes): Promise<Buffer> {
  const socket = createSocket('udp4')
  socket.send(message, port, HOST)
  const [reply] = await once(socket, 'message')
  socket.close()
  return reply
}

/** All that comes until the server has answered once or closes. */
async function tcp(port: number, octets: Bytes): Promise<Buffer> {
  const socket = connect(port, HOST)
  socket.write(octets)
  const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [Buffer.alloc(0)])])
  socket.destroy()
  return chunk
}

async function frames(socket: Socket, count: number): Promise<Buffer[]> {
  let octets = Buffer.alloc(0)
  const whole: Buffer[] = []
  while (whole.length < count) {
    const [chunk] = await once(socket, 'data')
    octets = Buffer.concat([octets, chunk])
    while (octets.length >= 4 && octets.length >= 4 + octets.readUInt32BE(0)) {
      whole.push(octets.subarray(4, 4 + octets.readUInt32BE(0)))
      octets = octets.subarray(4 + octets.readUInt32BE(0))
    }
  }
  return whole
}
