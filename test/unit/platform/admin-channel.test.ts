import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { EMPTY_PROFILE } from '../../../src/core/config/profile.ts'
import { adminChannel } from '../../../src/platform/admin-channel.ts'
import type { Names } from '../../../src/platform/dns.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

/** Hosts that have an address have this machine's. */
const NAMES: Names = {
  addresses: async host => (host.endsWith('.invalid') ? [] : [{ address: '127.0.0.1', family: 4 }]),
  services: async domain =>
    domain === '_kerberos-adm._tcp.DNS.TEST' ? [{ host: 'adm.dns.test.', port: 1749, priority: 0, weight: 0 }] : [],
  uris: async () => [],
  text: async () => undefined,
  local: async () => [],
}

function channel(adminServers: readonly string[], more: { server?: string; kadmindPort?: number; patienceMs?: number } = {}) {
  const config = {
    dnsLookupKdc: true,
    dnsUriLookup: true,
    profile: EMPTY_PROFILE,
    realm: () => ({ adminServers, kadmindPort: more.kadmindPort ?? 749, sitename: undefined }),
  }
  const { server, patienceMs = 2000 } = more
  return adminChannel(config, { trace: () => undefined, vars: {} }, { names: NAMES, server, connectMs: 2000, patienceMs })
}

async function listening(greet: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(socket => {
    opened.push({ close: () => socket.destroy() })
    greet(socket)
  })
  opened.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return (server.address() as AddressInfo).port
}

/** A port of this machine where nobody listens. */
async function closedPort(): Promise<number> {
  const port = await listening(() => undefined)
  await new Promise<void>(resolve => (opened.pop() as Server).close(() => resolve()))
  return port
}

describe('administration servers', () => {
  it.each([
    [
      ['adm1', 'adm2:750'],
      ['adm1', 'adm2'],
    ],
    [['[::1]:749'], ['::1']],
  ])('%j are those of the realm, in order', async (relations, hosts) => {
    expect(await channel(relations).hosts('R')).toEqual(hosts)
  })

  it('are found in DNS where the configuration names none', async () => {
    expect(await channel([]).hosts('DNS.TEST')).toEqual(['adm.dns.test.'])
  })

  it('are the one that the caller names', async () => {
    expect(await channel(['adm1'], { server: 'adm3:99' }).hosts('R')).toEqual(['adm3'])
  })

  it('are missing', async () => {
    await expect(channel([]).hosts('NOBODY.TEST')).rejects.toMatchObject({
      code: 'KADM5_MISSING_KRB5_CONF_PARAMS',
      hints: expect.arrayContaining([
        '[realms] NOBODY.TEST has no admin_server relation',
        'DNS SRV _kerberos-adm._tcp.NOBODY.TEST: no record',
      ]),
    })
  })
})

describe('the connection', () => {
  it('goes to the first server that takes it, at kadmind_port where no other is given', async () => {
    const port = await listening(socket => socket.write('hello'))
    const stream = await channel(['none.invalid', `adm1:${await closedPort()}`, 'adm2'], { kadmindPort: port }).connect('R')
    expect(stream.peer).toBe(`127.0.0.1:${port}`)
    expect(Buffer.from(await stream.receive()).toString()).toBe('hello')
    stream.close()
  })

  it('says what became of each server', async () => {
    const port = await closedPort()
    await expect(channel(['none.invalid', `adm1:${port}`]).connect('R')).rejects.toMatchObject({
      code: 'KADM5_RPC_ERROR',
      hints: ['none.invalid: no address found', `127.0.0.1:${port}: connection refused`, 'that is where DNS has kadmind: is it running?'],
    })
    await expect(channel(['none.invalid']).connect('R')).rejects.toMatchObject({ code: 'KADM5_CANT_RESOLVE' })
  })

  it('sends in order and receives what comes', async () => {
    const port = await listening(socket => socket.pipe(socket))
    const stream = await channel([`adm1:${port}`]).connect('R')
    stream.send(Buffer.from('one'))
    stream.send(Buffer.from('two'))
    let got = ''
    while (got.length < 6) got += Buffer.from(await stream.receive()).toString()
    expect(got).toBe('onetwo')
    stream.close()
    await expect(stream.receive()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('gives out what came before the other side closed', async () => {
    const port = await listening(socket => socket.end('last'))
    const stream = await channel([`adm1:${port}`]).connect('R')
    expect(Buffer.from(await stream.receive()).toString()).toBe('last')
    await expect(stream.receive()).rejects.toMatchObject({ code: 'ECONNRESET', message: 'Connection closed by the server' })
    stream.send(Buffer.from('nobody is there'))
    stream.close()
  })

  it('loses patience with a server that says nothing', async () => {
    const port = await listening(() => undefined)
    const stream = await channel([`adm1:${port}`], { patienceMs: 5 }).connect('R')
    await expect(stream.receive()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    stream.close()
  })
})
