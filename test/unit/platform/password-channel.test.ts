import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { EMPTY_PROFILE } from '../../../src/core/config/profile.ts'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import type { Names } from '../../../src/platform/dns.ts'
import { type PasswordChannelConfig, passwordChannel } from '../../../src/platform/password-channel.ts'

/* Small password servers on loopback. The channel's beat is 8 ms here instead of a second. */
const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

const NAMES: Names = {
  addresses: async host => [{ address: host, family: 4 }],
  services: async () => [],
  uris: async () => [],
  text: async () => undefined,
  local: async () => [],
}

/** Asks with messages that are numbered and carry the address they were made for. */
async function ask(kpasswdServers: readonly string[]) {
  const events: TraceEvent[] = []
  const made: Uint8Array[] = []
  const config: PasswordChannelConfig = {
    dnsLookupKdc: false,
    dnsUriLookup: false,
    requestTimeout: 0,
    profile: EMPTY_PROFILE,
    realm: () => ({ kpasswdServers, adminServers: [], httpAnchors: [], sitename: undefined }),
  }
  const env = { trace: (e: TraceEvent) => void events.push(e), vars: {} }
  const channel = passwordChannel(config, env, { names: NAMES, paceMs: 8, holdMs: 200 })
  const messageFrom = (local: Uint8Array) => {
    const message = Uint8Array.of(made.length, ...local)
    made.push(message)
    return message
  }
  const result = await channel.exchange('R', messageFrom).catch((error: unknown) => error)
  return { result, made, events }
}

/** Answers a datagram once it has come `after` times. */
async function udp(after: number, seen: Uint8Array[], port = 0): Promise<number> {
  const socket = createSocket('udp4')
  opened.push({ close: () => socket.close() })
  socket.on('message', (message, peer) => {
    seen.push(new Uint8Array(message))
    if (seen.length >= after) socket.send(Uint8Array.of(117), peer.port, peer.address)
  })
  await new Promise<void>(resolve => socket.bind(port, '127.0.0.1', () => resolve()))
  return socket.address().port
}

async function tcp(seen: Uint8Array[], address = '127.0.0.1'): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', data => {
      seen.push(new Uint8Array(data.subarray(4)))
      socket.end(Uint8Array.of(0, 0, 0, 1, 116))
    })
  })
  opened.push({ close: () => server.close() })
  await new Promise<void>(resolve => server.listen(0, address, () => resolve()))
  return (server.address() as { port: number }).port
}

it('goes over TCP though UDP is there, with a message for its own address', async () => {
  const [byTcp, byUdp]: Uint8Array[][] = [[], []]
  const port = await tcp(byTcp!)
  await udp(1, byUdp!, port)
  const { result } = await ask([`127.0.0.1:${port}`])
  expect(result).toEqual(Uint8Array.of(116))
  expect(byTcp).toEqual([Uint8Array.of(0, 127, 0, 0, 1)])
  expect(byUdp).toEqual([])
})

it('goes over UDP when nothing answers over TCP, and repeats the same octets', async () => {
  const seen: Uint8Array[] = []
  const port = await udp(3, seen)
  const { result, made } = await ask([`127.0.0.1:${port}`])
  expect(result).toEqual(Uint8Array.of(117))
  expect(made).toHaveLength(1)
  expect(seen).toEqual([made[0], made[0], made[0]])
})

it('goes on to the next server, with another message', async () => {
  const seen: Uint8Array[] = []
  const port = await tcp(seen, '127.0.0.2')
  const { result, made } = await ask(['127.0.0.1:1', `127.0.0.2:${port}`])
  expect(result).toEqual(Uint8Array.of(116))
  expect(seen).toEqual([made.at(-1)])
})

it('says what became of each server when none answers', async () => {
  const { result } = await ask(['127.0.0.1:1'])
  expect(result).toMatchObject({
    code: 'KRB5_KDC_UNREACH',
    message: 'Cannot contact any KDC for requested realm',
    hints: [expect.stringContaining('127.0.0.1:1/tcp: connection refused'), expect.stringContaining('127.0.0.1:1/udp: connection refused')],
  })
})

it('says that it knows no server', async () => {
  const { result } = await ask([])
  expect(result).toMatchObject({ code: 'KRB5_REALM_UNKNOWN' })
})
