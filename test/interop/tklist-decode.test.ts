import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** `tklist --decode` on tickets that KDCs issued: what is in them, and whose signatures are good. */
const REALM = 'DECODE.TEST'
const SETUP = ['addprinc -pw alicepw alice', 'addprinc -randkey host/web']

interface Shown {
  readonly service: string
  readonly openedBy?: string
  readonly problem?: string
  readonly client?: string
  readonly authorizationData?: readonly { readonly element: string; readonly elements: readonly { readonly pac: readonly Buffer[] }[] }[]
}
interface Buffer {
  readonly buffer: string
  readonly verdict?: string
  readonly name?: string
}

function decodes(
  kdc: string,
  start: (options: { realm: string; setup: readonly string[] }) => Promise<PeerRealm>,
  signatures: readonly string[],
) {
  describe(`tickets of ${kdc}`, () => {
    let realm: PeerRealm
    const keytab = (...names: readonly string[]) => {
      const path = join(realm.folder, `${names.map(name => name.replaceAll('/', '-')).join('_')}.kt`)
      realm.admin([`ktadd -norandkey -k ${path} ${names.join(' ')}`])
      return path
    }
    const decoded = (path: string) => {
      const { stdout, code } = run(ours('tklist'), ['--decode', '--json', '-k', path], { env: realm.env })
      return { code, tickets: (JSON.parse(stdout) as { tickets: Shown[] }).tickets }
    }
    const buffers = ({ authorizationData }: Shown) => authorizationData![0]!.elements[0]!.pac

    beforeAll(async () => {
      realm = await start({ realm: REALM, setup: SETUP })
      expect(run(ours('tkinit'), ['-f', 'alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
      expect(run(ours('tkvno'), ['host/web'], { env: realm.env }).code).toBe(0)
    })
    afterAll(() => realm?.stop())

    it('with the service’s key: the server’s signature is good, the KDC’s cannot be verified, the TGT stays closed', () => {
      const { code, tickets } = decoded(keytab('host/web'))
      expect(code).toBe(1)
      const [tgt, service] = tickets
      expect(tgt).toMatchObject({ service: `krbtgt/${REALM}@${REALM}`, problem: expect.any(String) })
      expect(service).toMatchObject({
        client: `alice@${REALM}`,
        sessionKey: 'aes256-cts-hmac-sha1-96',
        openedBy: `key 1 of host/web@${REALM}`,
      })
      const pac = buffers(service!)
      expect(pac.find(({ buffer }) => buffer === 'client info')?.name).toBe('alice')
      expect(
        pac
          .filter(({ verdict }) => verdict !== undefined)
          .map(({ buffer }) => buffer)
          .sort(),
      ).toEqual([...signatures].sort())
      for (const { buffer, verdict } of pac)
        if (verdict !== undefined) expect(verdict, buffer).toMatch(buffer === 'server checksum' ? /^good$/ : /^not verifiable: .*krbtgt/)
    })

    it('with the key of the TGS too: all are good', () => {
      const { code, tickets } = decoded(keytab('host/web', `krbtgt/${REALM}`))
      expect(code).toBe(0)
      for (const ticket of tickets)
        for (const { buffer, verdict } of buffers(ticket))
          if (verdict !== undefined) expect(verdict, `${ticket.service} ${buffer}`).toBe('good')
    })

    it('says as text what it says as JSON, and no key', () => {
      const path = keytab('host/web')
      const { stdout } = run(ours('tklist'), ['--decode', '--asn1', '-k', path], { env: realm.env })
      expect(stdout).toMatch(new RegExp(`^host/web@${REALM}$`, 'm'))
      expect(stdout).toMatch(/^ {2}client {2,}alice@DECODE\.TEST$/m)
      expect(stdout).toMatch(/^ {8}server checksum\n {10}type {5}hmac-sha1-96-aes256\n {10}verdict {2}good$/m)
      const keys = [...run('klist', ['-keK', path], { env: realm.env }).stdout.matchAll(/0x([0-9a-f]+)/g)].map(match => match[1]!)
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) expect(stdout).not.toContain(key)
    })
  })
}

describeWith([mit()], 'tklist --decode', () => {
  decodes('our KDC', startOwnRealm, ['server checksum', 'kdc checksum', 'ticket checksum', 'full checksum'])
  decodes("MIT's KDC", startMitRealm, ['server checksum', 'kdc checksum', 'ticket checksum'])
})

it('needs a keytab that can be read', () => {
  const path = join(import.meta.dirname, 'no-such.kt')
  expect(run(ours('tklist'), ['--decode', '-k', path], { env: {} }).code).toBe(1)
})
