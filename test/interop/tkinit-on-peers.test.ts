import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, expectTool, heimdal, mit, PYTHON, pythonGssapi } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** Issue 2, shown by 2: our clients on MIT's and Heimdal's KDC; caches of either side listed alike by either side. */
const ETYPES = ['aes128-cts-hmac-sha1-96', 'aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha256-128', 'aes256-cts-hmac-sha384-192']

const KDCS = [
  {
    name: "MIT's krb5kdc",
    peers: [mit()],
    start: () =>
      startMitRealm({
        setup: [
          'addprinc -pw alicepw alice',
          'addprinc -pw carefulpw +requires_preauth careful',
          ...ETYPES.map((etype, i) => `addprinc -pw pw${i} +requires_preauth -e ${etype}:normal only${i}`),
          'addprinc -randkey host/server.mit.test',
        ],
      }),
    extractKeytab: (realm: PeerRealm, principal: string) => realm.admin([`ktadd -k ${realm.keytab} -norandkey ${principal}`]),
  },
  {
    name: "Heimdal's kdc",
    peers: [mit(), heimdal()],
    start: () =>
      startHeimdalRealm({
        setup: [
          'add --use-defaults -p alicepw alice',
          'add --use-defaults -p carefulpw careful',
          'modify --attributes=requires-pre-auth careful',
          ...ETYPES.flatMap((etype, i) => [
            `add --use-defaults -p pw${i} only${i}`,
            `modify --attributes=requires-pre-auth only${i}`,
            ...ETYPES.filter(other => other !== etype).map(other => `del_enctype only${i} ${other}`),
          ]),
          'add --use-defaults -r host/server.mit.test',
        ],
      }),
    extractKeytab: (realm: PeerRealm, principal: string) => realm.admin([`ext_keytab -k ${realm.keytab} ${principal}`]),
  },
]

for (const kdc of KDCS) {
  describeWith(kdc.peers, `tkinit on ${kdc.name}`, () => {
    let realm: PeerRealm
    const tk = (program: string, args: readonly string[], input?: string) =>
      run(ours(program), args, { env: realm.env, input: input ?? '' })
    const theirs = (program: string, args: readonly string[], input?: string) => run(program, args, { env: realm.env, input: input ?? '' })
    const sameListing = () => {
      for (const args of [['-f', '-e', '-a'], ['-f', '-e', '-a', '-n'], [], ['-f'], ['-e']]) {
        const listing = theirs('klist', args)
        expect(listing.code).toBe(0)
        expect(tk('tklist', args).stdout).toBe(listing.stdout)
      }
    }

    beforeAll(async () => {
      realm = await kdc.start()
      for (const name of ['alice', ...ETYPES.map((_, i) => `only${i}`)]) kdc.extractKeytab(realm, name)
    })
    afterAll(() => realm?.stop())

    it.each(['alice', 'careful'])('logs %s in by a password on a pipe', name => {
      expect(tk('tkinit', ['-f', '-r', '10h', name], `${name}pw\n`)).toMatchObject({ code: 0, stderr: '' })
      const listing = tk('tklist', ['-f'])
      expect(listing.stdout).toMatch(/renew until .*, Flags: F\w*R\w*I/)
      sameListing()
    })

    it('logs in by keytab', () => {
      expect(tk('tkinit', ['-f', '-r', '10h', '-k', '-t', realm.keytab, 'alice'])).toEqual({ code: 0, stdout: '', stderr: '' })
      sameListing()
    })

    it.each(ETYPES.map((etype, i) => [etype, i] as const))('logs in when the only key is %s, by password and by keytab', (_etype, i) => {
      expect(tk('tkinit', [`only${i}`], `pw${i}\n`)).toMatchObject({ code: 0, stderr: '' })
      sameListing()
      expect(tk('tkinit', ['-k', '-t', realm.keytab, `only${i}`])).toEqual({ code: 0, stdout: '', stderr: '' })
    })

    it('says that the password is wrong, as kinit does, and leaves the cache alone', () => {
      expect(tk('tkinit', ['careful'], 'carefulpw\n').code).toBe(0)
      const before = tk('tklist', []).stdout
      const wrong = tk('tkinit', ['careful'], 'nonsense\n')
      const theirsWrong = theirs('kinit', ['careful'], 'nonsense\n')
      expect(wrong.code).toBe(1)
      expect(wrong.stdout).toBe(theirsWrong.stdout)
      expect(wrong.stderr).toBe(theirsWrong.stderr.replace('kinit:', 'tkinit:'))
      expect(tk('tklist', []).stdout).toBe(before)
    })

    it('says that a client is unknown, as kinit does', () => {
      const unknown = tk('tkinit', ['nobody-here'], 'x\n')
      expect(unknown.stderr).toBe(theirs('kinit', ['nobody-here'], 'x\n').stderr.replace('kinit:', 'tkinit:'))
      expect(unknown.code).toBe(1)
    })

    it('lists what kinit and kvno wrote byte for byte as klist does', () => {
      expect(theirs('kinit', ['-f', '-p', '-r', '10h', 'alice'], 'alicepw\n').code).toBe(0)
      expect(theirs('kvno', ['host/server.mit.test']).code).toBe(0)
      sameListing()
    })

    it("shows the ticket that MIT's kvno added to our cache, and adds one that klist shows", () => {
      expect(tk('tkinit', ['-f', 'alice'], 'alicepw\n').code).toBe(0)
      expect(theirs('kvno', ['host/server.mit.test']).code).toBe(0)
      expect(tk('tklist', []).stdout).toContain('host/server.mit.test@')
      sameListing()
      expect(tk('tkinit', ['-f', 'alice'], 'alicepw\n').code).toBe(0)
      const kvno = tk('tkvno', ['host/server.mit.test'])
      expect(kvno).toMatchObject({ code: 0, stderr: '' })
      expect(theirs('klist', []).stdout).toContain('host/server.mit.test@')
      expect(kvno.stdout).toBe(theirs('kvno', ['host/server.mit.test']).stdout)
      sameListing()
    })

    it('says that a service is unknown, as kvno does', () => {
      expect(tk('tkinit', ['alice'], 'alicepw\n').code).toBe(0)
      const unknown = tk('tkvno', ['host/no.such.host'])
      const theirsUnknown = theirs('kvno', ['host/no.such.host'])
      expect(unknown.code).toBe(theirsUnknown.code)
      expect(unknown.stderr).toBe(theirsUnknown.stderr.replace('kvno:', 'tkvno:'))
    })

    it('destroys the cache', () => {
      expect(tk('tkinit', ['alice'], 'alicepw\n').code).toBe(0)
      expect(tk('tkdestroy', [])).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(theirs('klist', []).code).toBe(1)
    })

    describeWith([expectTool()], 'at a terminal', () => {
      it('asks for the password without echo', () => {
        rmSync(join(realm.folder, 'cc'), { force: true })
        const script = `set timeout 20\nspawn ${ours('tkinit')} -f -r 10h alice\nexpect "Password for alice@${realm.realm}: "\nsend "alicepw\\r"\nexpect eof\ncatch wait result\nexit [lindex $result 3]\n`
        const done = run('expect', ['-c', script], { env: realm.env })
        expect(done.code).toBe(0)
        expect(done.stdout).not.toContain('alicepw')
        expect(tk('tklist', []).stdout).toContain(`Default principal: alice@${realm.realm}`)
      })
    })

    describeWith([pythonGssapi()], 'python-gssapi', () => {
      it('uses our cache', () => {
        expect(tk('tkinit', ['-f', 'alice'], 'alicepw\n').code).toBe(0)
        const program = [
          'import gssapi',
          "name = gssapi.Name('host@server.mit.test', gssapi.NameType.hostbased_service)",
          "ctx = gssapi.SecurityContext(name=name, usage='initiate')",
          'token = ctx.step()',
          'print(len(token) > 100, gssapi.Credentials(usage="initiate").name)',
        ].join('\n')
        const done = run(PYTHON, ['-c', program], { env: realm.env })
        expect(done.stderr).toBe('')
        expect(done.stdout).toBe(`True alice@${realm.realm}\n`)
      })
    })
  })
}

describe('the list of KDCs', () => {
  it('names both peers', () => expect(KDCS.map(kdc => kdc.name)).toEqual(["MIT's krb5kdc", "Heimdal's kdc"]))
})
