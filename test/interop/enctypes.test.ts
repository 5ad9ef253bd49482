import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { etypeIdByName } from '../../src/core/registry/etype.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, heimdal, heimdalEnv, heimdalProgram, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** The older enctypes between our programs and MIT's and Heimdal's, with and without MIT's switches. */
const OLDER = ['arcfour-hmac', 'des3-cbc-sha1', 'camellia128-cts-cmac', 'camellia256-cts-cmac']
const CASES = OLDER.map((etype, i) => [etype, i] as const)

const PASSWORDS = ['pw0', 'pw1', 'p\u00e4ss\u20acw\u{1d11e}rd', 'pw3']

const SETUP = [
  ...OLDER.map((etype, i) => `addprinc -pw ${PASSWORDS[i]} +requires_preauth -e ${etype}:normal only${i}`),
  ...OLDER.map((etype, i) => `addprinc -randkey -e ${etype}:normal host/server${i}`),
  `addprinc -pw ${PASSWORDS[2]} -e arcfour-hmac:normal unicode`,
  'addprinc -pw alicepw alice',
  'addprinc -pw weakpw +requires_preauth -e arcfour-hmac-exp:normal weak',
]

const SWITCHES = ['allow_weak_crypto = true', 'allow_rc4 = true', 'allow_des3 = true', 'permitted_enctypes = DEFAULT arcfour-hmac-exp']

const DEPRECATED: ReadonlySet<string> = new Set(['arcfour-hmac', 'arcfour-hmac-exp', 'des3-cbc-sha1'])

const KDCS = [
  { name: "MIT's krb5kdc", start: startMitRealm },
  { name: 'tkrb5kdc', start: startOwnRealm },
]

const CLIENTS = [
  { name: "MIT's clients", program: (name: string) => name },
  { name: 'our clients', program: (name: string) => ours(`t${name}`) },
]

describeWith([mit()], 'older enctypes', () => {
  for (const kdc of KDCS) {
    describe(`on ${kdc.name}`, () => {
      let open: PeerRealm
      let closed: PeerRealm
      let narrow: PeerRealm

      beforeAll(async () => {
        open = await kdc.start({ realm: 'OPEN.TEST', libdefaults: SWITCHES, setup: SETUP })
        closed = await kdc.start({ realm: 'CLOSED.TEST', setup: SETUP })
        narrow = await kdc.start({ realm: 'NARROW.TEST', libdefaults: ['permitted_enctypes = aes'], setup: SETUP })
        for (const realm of [open, closed])
          realm.admin([`ktadd -k ${realm.keytab} -norandkey unicode ${OLDER.map((_, i) => `only${i} host/server${i}`).join(' ')}`])
      })
      afterAll(() => Promise.all([open?.stop(), closed?.stop(), narrow?.stop()]))

      it.each(CASES)('the key of a password for %s is ours', async (etype, i) => {
        for (const [name, password] of [[`only${i}`, PASSWORDS[i]!] as const, ...(i === 0 ? [['unicode', PASSWORDS[2]!] as const] : [])]) {
          const salt = encodeText(`${open.realm}${name}`)
          const key = await keyFromPassword(etypeIdByName(etype)!, new Secret(new TextEncoder().encode(password)), salt)
          const listing = run('klist', ['-k', '-K', open.keytab], { env: open.env }).stdout
          expect(listing).toContain(`${name}@${open.realm} (0x${key.value.use(toHex)})\n`)
        }
      })

      describe.each(CLIENTS)('$name', ({ name, program }) => {
        const prints = (realm: PeerRealm, etype: string, i: number) => ({
          code: 0,
          stdout: `Password for only${i}@${realm.realm}: \n${warning(etype)}`,
          stderr: '',
        })
        const logIn = (env: Readonly<Record<string, string>>, i: number) => {
          const done = run(program('kinit'), [`only${i}`], { env, input: `${PASSWORDS[i]}\n` })
          return { ...done, stderr: done.stderr.replace(/^tkinit: /, 'kinit: ') }
        }

        it.each(CASES)('use %s for everything where the switches allow it', (etype, i) => {
          const env = withRelations(open, [`permitted_enctypes = ${etype}`], name)
          open.admin([`setstr krbtgt/${open.realm} session_enctypes ${etype}`])
          expect(logIn(env, i)).toEqual(prints(open, etype, i))
          expect(run(program('kvno'), ['-k', open.keytab, `host/server${i}`], { env })).toMatchObject({ code: 0, stderr: '' })
          const listing = run('klist', ['-e', '-f'], { env }).stdout
          const shown = `${DEPRECATED.has(etype) ? 'DEPRECATED:' : ''}${etype}`
          expect(listing).toContain(`Etype (skey, tkt): ${shown}, aes256-cts-hmac-sha1-96 \n`)
          expect(listing).toContain(`Etype (skey, tkt): ${shown}, ${shown} \n`)
          expect(run(ours('tklist'), ['-e', '-f'], { env }).stdout).toBe(listing)
          expect(run(program('kinit'), ['-k', '-t', open.keytab, `only${i}`], { env })).toMatchObject({ code: 0, stderr: '' })
          open.admin([`delstr krbtgt/${open.realm} session_enctypes`])
        })

        it.each(CASES)('log in with a key of %s without switches, and get a session key of AES', (etype, i) => {
          expect(logIn(closed.env, i)).toEqual(prints(closed, etype, i))
          const listing = run('klist', ['-e'], { env: closed.env }).stdout
          expect(listing).toContain('Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96 \n')
          expect(run(program('kvno'), ['-k', closed.keytab, `host/server${i}`], { env: closed.env })).toMatchObject({ code: 0 })
          const lines = readFileSync(closed.log, 'utf8')
            .split('\n')
            .filter(line => line.includes(`only${i}@`))
          expect(lines.slice(-3)).toEqual([
            expect.stringContaining(`AS_REQ (${DEFAULT_LIST}) 127.0.0.1: NEEDED_PREAUTH`),
            expect.stringMatching(/AS_REQ \(.*\) 127.0.0.1: ISSUE: .*, ses=aes256-cts-hmac-sha1-96\(18\)}/),
            expect.stringMatching(/TGS_REQ \(.*\) 127.0.0.1: ISSUE: /),
          ])
        })

        it.each(CASES)('are refused a session key of %s without switches', (etype, i) => {
          const env = withRelations(closed, [`default_tkt_enctypes = ${etype}`], name)
          expect(logIn(env, i)).toEqual({
            code: 1,
            stdout: '',
            stderr: 'kinit: KDC has no support for encryption type while getting initial credentials\n',
          })
        })

        it.each(CASES)('find no key of %s where only AES is permitted', (_etype, i) => {
          const env = withRelations(narrow, ['permitted_enctypes = DEFAULT'], name)
          expect(logIn(env, i)).toEqual({
            code: 1,
            stdout: '',
            stderr: 'kinit: Generic preauthentication failure while getting initial credentials\n',
          })
          expect(run(program('kinit'), ['alice'], { env, input: 'alicepw\n' })).toMatchObject({ code: 0 })
          const service = run(program('kvno'), [`host/server${i}`], { env })
          expect({ ...service, stderr: service.stderr.replace(/^tkvno: /, 'kvno: ') }).toEqual({
            code: 1,
            stdout: '',
            stderr: `kvno: KDC returned error string: FINDING_SERVER_KEY while getting credentials for host/server${i}@NARROW.TEST\n`,
          })
          expect(readFileSync(narrow.log, 'utf8')).toMatch(
            /TGS_REQ \(8 etypes .*\) 127.0.0.1: FINDING_SERVER_KEY: authtime \d+, .* alice@.* for host\/server\d@.*, No matching key in entry having a permitted enctype\n$/,
          )
        })

        it('take a weak enctype with allow_weak_crypto only', () => {
          const relations = ['default_tkt_enctypes = arcfour-hmac-exp']
          const weak = (realm: PeerRealm) => {
            const env = withRelations(realm, relations, name)
            return run(program('kinit'), ['weak'], { env, input: 'weakpw\n' })
          }
          expect(weak(closed).stderr).toMatch(
            /: No supported encryption types \(config file error\?\) while getting initial credentials\n$/,
          )
          open.admin([`setstr krbtgt/${open.realm} session_enctypes arcfour-hmac-exp`])
          expect(weak(open)).toEqual({ code: 0, stdout: `Password for weak@OPEN.TEST: \n${warning('arcfour-hmac-exp')}`, stderr: '' })
          open.admin([`delstr krbtgt/${open.realm} session_enctypes`])
          const listing = run('klist', ['-e'], { env: open.env }).stdout
          expect(listing).toContain('Etype (skey, tkt): DEPRECATED:arcfour-hmac-exp, aes256-cts-hmac-sha1-96 \n')
          expect(run(ours('tklist'), ['-e'], { env: open.env }).stdout).toBe(listing)
        })
      })
    })
  }
})

describeWith([heimdal()], 'older enctypes with Heimdal', () => {
  const names = ['arcfour-hmac-md5', 'des3-cbc-sha1']
  const shown = OLDER.slice(0, 2).map(etype => `DEPRECATED:${etype}`)
  let own: PeerRealm
  let theirs: PeerRealm

  beforeAll(async () => {
    own = await startOwnRealm({ realm: 'OPEN.TEST', libdefaults: SWITCHES, setup: SETUP })
    theirs = await startHeimdalRealm({
      setup: names.flatMap((etype, i) => [
        `add --use-defaults -r only${i}`,
        `add_enctype -r only${i} ${etype}`,
        `del_enctype only${i} aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha384-192 aes128-cts-hmac-sha256-128`,
      ]),
    })
  })
  afterAll(() => Promise.all([own?.stop(), theirs?.stop()]))

  it.each(names.map((name, i) => [name, i] as const))('its clients use %s for everything on tkrb5kdc', (name, i) => {
    own.admin([`setstr krbtgt/${own.realm} session_enctypes ${OLDER[i]}`])
    const env = { ...withRelations(own, [`default_etypes = ${name}`], 'heimdal'), ...heimdalEnv() }
    const password = join(own.folder, 'password')
    writeFileSync(password, `${PASSWORDS[i]}\n`)
    expect(run(heimdalProgram('kinit'), [`--password-file=${password}`, `only${i}`], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(run(heimdalProgram('kgetcred'), [`host/server${i}`], { env })).toMatchObject({ code: 0, stderr: '' })
    const listing = run(ours('tklist'), ['-e'], { env: own.env }).stdout
    expect(listing).toContain(`Etype (skey, tkt): ${shown[i]}, ${shown[i]} \n`)
  })

  it.each(names.map((name, i) => [name, i] as const))('tkinit logs in by %s on its KDC', (_name, i) => {
    theirs.admin([`ext_keytab -k ${theirs.keytab} only${i}`])
    const env = withRelations(theirs, [`default_tkt_enctypes = ${OLDER[i]}`], 'ours')
    const done = run(ours('tkinit'), ['-k', '-t', theirs.keytab, `only${i}`], { env })
    expect(done).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(run(ours('tklist'), ['-e'], { env }).stdout).toContain(`Etype (skey, tkt): ${shown[i]}, aes256-cts-hmac-sha1-96 \n`)
  })
})

/** The realm's environment for one client, with other lines in [libdefaults] before those of the realm's krb5.conf. */
function withRelations(realm: PeerRealm, relations: readonly string[], client: string): Record<string, string> {
  const path = join(realm.folder, `${client.replace(/\W/g, '')}.conf`)
  const text = readFileSync(join(realm.folder, 'krb5.conf'), 'utf8')
  writeFileSync(path, text.replace('[libdefaults]\n', `[libdefaults]\n${relations.map(line => ` ${line}\n`).join('')}`))
  return { ...realm.env, KRB5_CONFIG: path }
}

function warning(etype: string): string {
  return DEPRECATED.has(etype) ? `Warning: encryption type ${etype} used for authentication is deprecated and will be disabled\n` : ''
}

/** What clients ask for by default, as the KDC logs it. */
const DEFAULT_LIST =
  '8 etypes {aes256-cts-hmac-sha1-96(18), aes128-cts-hmac-sha1-96(17), aes256-cts-hmac-sha384-192(20), aes128-cts-hmac-sha256-128(19), ' +
  'DEPRECATED:des3-cbc-sha1(16), DEPRECATED:arcfour-hmac(23), camellia128-cts-cmac(25), camellia256-cts-cmac(26)}'
