import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Authority, makeAuthority } from '../helpers/certificates.ts'
import { type KdcProxy, relayTo, startProxy } from '../helpers/kdc-proxy.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, k5tls, mit, mitTls } from '../helpers/peers.ts'
import { type Finished, runAsync, which } from '../helpers/process.ts'

/** One krb5.conf that names an HTTPS proxy in front of MIT's KDC; MIT's programs and ours go through it alike. */
describeWith([mit(), mitTls()], 'through a KDC proxy', () => {
  let realm: PeerRealm
  let authority: Authority
  let proxy: KdcProxy

  beforeAll(async () => {
    realm = await startMitRealm({ setup: ['addprinc -pw secret +requires_preauth alice', 'addprinc -randkey host/x.test'] })
    authority = makeAuthority(realm.folder)
    proxy = await startProxy(authority.issue('proxy', 'DNS:localhost'), relayTo(realm.port))
  })
  afterAll(async () => {
    proxy.close()
    await realm.stop()
  })

  const sides = [
    ['MIT', { kinit: which('kinit')!, kvno: which('kvno')! }],
    ['ours', { kinit: ours('tkinit'), kvno: ours('tkvno') }],
  ] as const

  const configured = (anchors: string, url = `https://localhost:${proxy.port}/KdcProxy`): Record<string, string> => {
    const plain = readFileSync(join(realm.folder, 'krb5.conf'), 'utf8')
    const path = join(realm.folder, 'proxied.conf')
    writeFileSync(path, plain.replace(/^ {2}kdc = .*/m, `  kdc = ${url}\n  http_anchors = ${anchors}`))
    appendFileSync(path, `[plugins]\n tls = {\n  module = k5tls:${k5tls()}\n }\n`)
    return { ...realm.env, KRB5_CONFIG: path, KRB5_TRACE: join(realm.folder, 'trace') }
  }

  const kinit = async (program: string, env: Record<string, string>): Promise<Finished & { readonly trace: string }> => {
    writeFileSync(env.KRB5_TRACE!, '')
    const done = await runAsync(program, ['alice'], { env, input: 'secret\n' })
    return { ...done, trace: readFileSync(env.KRB5_TRACE!, 'utf8') }
  }

  test.each(sides)('%s logs in and gets a service ticket', async (_name, programs) => {
    const env = configured(`FILE:${authority.certificate}`)
    proxy.requests.length = 0
    const login = await kinit(programs.kinit, env)
    expect(login.code, login.stderr).toBe(0)
    const service = await runAsync(programs.kvno, ['host/x.test'], { env })
    expect(service.stdout).toMatch(/^host\/x\.test@MIT\.TEST: kvno = 1$/m)
    expect(proxy.requests).toEqual(new Array(3).fill('POST /KdcProxy application/kerberos MIT.TEST'))
    for (const line of ['TLS certificate name matched "localhost"', `Sending HTTPS request to https 127.0.0.1:${proxy.port}`]) {
      expect(login.trace).toContain(line)
    }
  })

  test.each(sides)('%s does not trust a stranger, in the same words', async (_name, programs) => {
    const stranger = makeAuthority(realm.folder, 'stranger')
    proxy.requests.length = 0
    const { code, stderr, trace } = await kinit(programs.kinit, configured(`FILE:${stranger.certificate}`))
    expect(code).toBe(1)
    expect(stderr).toContain("init: Cannot contact any KDC for realm 'MIT.TEST' while getting initial credentials\n")
    expect(trace).toContain(`HTTPS error sending to https 127.0.0.1:${proxy.port}`)
    expect(proxy.requests).toEqual([])
  })

  test.each(sides)('%s does not trust another name, in the same words', async (_name, programs) => {
    const env = configured(`FILE:${authority.certificate}`, `https://127.0.0.1:${proxy.port}/KdcProxy`)
    proxy.requests.length = 0
    const { code, trace } = await kinit(programs.kinit, env)
    expect(code).toBe(1)
    expect(trace).toContain('TLS certificate name mismatch: server certificate is not for "127.0.0.1"')
    expect(proxy.requests).toEqual([])
  })
})
