import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientEnv, type PeerRealm, writeClientConfig } from '../helpers/mit-realm.ts'
import { namespaces, startNetwork, type TestNetwork } from '../helpers/namespaces.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import type { Finished } from '../helpers/process.ts'

/** tkrb5kdc on a wildcard, on a host with several addresses of both families. */
describeWith([namespaces(), mit()], 'tkrb5kdc on all addresses of its host', () => {
  type Name = 'kdc.net.test' | 'both.net.test' | 'six.net.test'
  let net: TestNetwork<Name>
  let realm: PeerRealm

  beforeAll(async () => {
    net = await startNetwork<Name>({
      'kdc.net.test': { addresses: ['10.78.0.2/24', '10.78.0.3/24', 'fd00:78::2/64', 'fd00:78::3/64'] },
      'both.net.test': { addresses: ['10.78.0.10/24', 'fd00:78::10/64'] },
      'six.net.test': { addresses: ['fd00:78::11/64'] },
    })
    realm = await startOwnRealm({
      realm: 'NET.TEST',
      on: { host: net.hosts['kdc.net.test'], listen: '88', kdcs: ['kdc.net.test'] },
      setup: ['addprinc -pw alicepw alice', 'addprinc -randkey host/server.net.test'],
    })
  })
  afterAll(async () => {
    await net?.stop()
    await realm?.stop()
  })

  // A client takes a datagram only from the address that it asked: an answer from another one is no answer, and TCP would have to help out.
  it.each(['10.78.0.2', '10.78.0.3', '[fd00:78::2]', '[fd00:78::3]'])('answers datagrams from %s when asked there', address => {
    for (const program of ['kinit', ours('tkinit')]) {
      const { done, trace } = login('both.net.test', program, [`${address}:88`])
      expect(done).toMatchObject({ code: 0, stderr: '' })
      expect(trace).toContain(`from dgram ${address.replace(/[[\]]/g, '')}:88`)
      expect(trace).not.toContain('stream')
    }
  })

  it.each([
    ['its address', '[fd00:78::2]:88'],
    ['its name', 'kdc.net.test'],
  ])('serves a host without IPv4 by %s, over UDP and TCP', (_title, kdc) => {
    for (const [transport, lines] of [
      ['dgram', []],
      ['stream', ['udp_preference_limit = 1']],
    ] as const)
      for (const [kinit, kvno] of [
        ['kinit', 'kvno'],
        [ours('tkinit'), ours('tkvno')],
      ] as const) {
        const before = log().length
        const { done, trace } = login('six.net.test', kinit, [kdc], lines)
        expect(done).toMatchObject({ code: 0, stderr: '' })
        expect(trace).toContain(`from ${transport} fd00:78::2:88`)
        const service = net.hosts['six.net.test'].run(kvno, ['host/server.net.test'], { env: env([kdc], lines) })
        expect(service).toMatchObject({ code: 0, stderr: '' })
        expect(log().slice(before)).toMatch(/AS_REQ .* fd00:78::11: ISSUE: .*\n(?:.*\n)*.*TGS_REQ .* fd00:78::11: ISSUE: /)
      }
  })

  function login(host: Name, program: string, kdcs: readonly string[], lines: readonly string[] = []): { done: Finished; trace: string } {
    const trace = join(realm.folder, 'trace')
    writeFileSync(trace, '')
    const done = net.hosts[host].run(program, ['alice'], { env: { ...env(kdcs, lines), KRB5_TRACE: trace }, input: 'alicepw\n' })
    return { done, trace: readFileSync(trace, 'utf8') }
  }

  function env(kdcs: readonly string[], lines: readonly string[]): Record<string, string> {
    const folder = join(realm.folder, 'client')
    writeClientConfig(folder, 'NET.TEST', kdcs, lines)
    return clientEnv(folder)
  }

  function log(): string {
    return readFileSync(realm.log, 'utf8')
  }
})
