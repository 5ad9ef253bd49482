import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { PrincipalAttribute } from '../../src/core/flags/principal-attributes.ts'
import { encodeKeytab } from '../../src/core/keytab/format.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { etypeName } from '../../src/core/registry/etype.ts'
import { type RunningKdc, startKdc } from '../../src/kdc/server/daemon.ts'
import { stringsContents, TlType } from '../../src/kdc/store/tl-data.ts'
import { MemoryRealm, REALM } from '../helpers/memory-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { type Finished, runAsync } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** MIT's clients against our KDC, whose store the test fills itself: no administration in between. */
describeWith([mit()], 'MIT clients on the KDC', () => {
  const scratch = scratchFolder('kdc-server')
  const lines: string[] = []
  const files = { KRB5_CONFIG: scratch.file('krb5.conf'), KRB5CCNAME: `FILE:${scratch.file('cc')}` }
  let kdc: RunningKdc

  beforeAll(async () => {
    const realm = new MemoryRealm({ maxLife: 7200, maxRenewableLife: 86_400 })
    const listen = [{ address: '127.0.0.1', port: 0 }]
    const clock = { now: () => ({ seconds: Math.floor(Date.now() / 1000), micros: 0 }) }
    const env = { clock, random: (length: number): Bytes => randomBytes(length) }
    const log = { write: (_level: string, text: string) => void lines.push(text), flush: () => {} }
    await realm.addTgs()
    const entries = []
    for (const etype of [17, 18, 19, 20]) {
      await realm.add(`user${etype}`, { password: `secret ${etype}`, etypes: [etype], attributes: PrincipalAttribute.REQUIRES_PRE_AUTH })
      await realm.add(`open${etype}`, { password: `secret ${etype}`, etypes: [etype] })
      const strings = stringsContents(new Map([['session_enctypes', etypeName(etype)]]))!
      const [key] = await realm.add(`host/h${etype}.test`, { etypes: [etype], tlData: [{ type: TlType.STRING_ATTRS, contents: strings }] })
      entries.push({ principal: parsePrincipal(`host/h${etype}.test@${REALM}`), kvno: 1, timestamp: 0, key: key! })
    }
    writeFileSync(scratch.file('keytab'), encodeKeytab(entries))
    kdc = await startKdc({ realms: [realm], env, udp: listen, tcp: listen, log })
    const conf = `[libdefaults]\n default_realm = ${REALM}\n dns_lookup_kdc = false\n rdns = false\n dns_canonicalize_hostname = false\n[realms]\n ${REALM} = {\n  kdc = 127.0.0.1:${kdc.endpoints[0]!.port}\n }\n`
    writeFileSync(files.KRB5_CONFIG, conf)
  })
  afterAll(async () => {
    await kdc.close()
    scratch.remove()
  })

  it.each([17, 18, 19, 20])('enctype %i: password, pre-authentication, service ticket that the keytab opens', async etype => {
    for (const user of [`user${etype}`, `open${etype}`]) {
      expect(await mitRun('kinit', ['-f', '-r', '10h', user], `secret ${etype}\n`)).toMatchObject({ code: 0, stderr: '' })
      const vno = await mitRun('kvno', ['-k', scratch.file('keytab'), `host/h${etype}.test`])
      expect(vno).toMatchObject({ code: 0, stdout: `host/h${etype}.test@${REALM}: kvno = 1, keytab entry valid\n` })
      const { stdout } = await mitRun('klist', ['-fe'])
      expect(stdout).toContain(`Flags: FRI${user.startsWith('user') ? 'A' : ''}\n`)
      expect(stdout).toContain(`Etype (skey, tkt): ${etypeName(etype)}, ${etypeName(etype)}`)
    }
  })

  it('wrong password, unknown names, and the lines in the log', async () => {
    lines.length = 0
    expect((await mitRun('kinit', ['user18'], 'wrong\n')).stderr).toBe('kinit: Password incorrect while getting initial credentials\n')
    expect((await mitRun('kinit', ['nosuch'], 'x\n')).stderr).toContain(`Client 'nosuch@${REALM}' not found in Kerberos database`)
    await mitRun('kinit', ['user18'], 'secret 18\n')
    expect((await mitRun('kvno', ['host/none.test'])).stderr).toContain(`Server host/none.test@${REALM} not found in Kerberos database`)
    const words = lines.map(line => /: ([A-Z_ ]+): /.exec(line)?.[1] ?? line)
    expect(words.filter(word => word !== 'ISSUE' && !word.startsWith('LIMITS'))).toEqual([
      'NEEDED_PREAUTH',
      'preauth (encrypted_timestamp) verify failure: Preauthentication failed',
      'PREAUTH_FAILED',
      'CLIENT_NOT_FOUND',
      'NEEDED_PREAUTH',
      'LOOKING_UP_SERVER',
      'LOOKING_UP_SERVER',
    ])
  })

  it('renews, over TCP too, and makes a ticket renewable whose life was cut', async () => {
    await mitRun('kinit', ['-l', '1d', 'user20'], 'secret 20\n')
    expect((await mitRun('klist', ['-f'])).stdout).toMatch(/renew until .*, Flags: RIA/)
    expect(await mitRun('kinit', ['-R'])).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(scratch.file('tcp.conf'), '[libdefaults]\n udp_preference_limit = 1\n')
    const tcp = { ...files, KRB5_CONFIG: `${scratch.file('tcp.conf')}:${files.KRB5_CONFIG}` }
    expect(await runAsync('kinit', ['-R'], { env: tcp })).toMatchObject({ code: 0, stderr: '' })
    expect((await mitRun('klist', ['-f'])).stdout).toMatch(/Flags: RIAT/)
  })

  function mitRun(program: string, args: readonly string[], input = ''): Promise<Finished> {
    return runAsync(program, args, { env: files, input })
  }
})
