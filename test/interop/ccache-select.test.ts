import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resolveCcache } from '../../src/core/ccache/resolve.ts'
import { selectCache } from '../../src/core/ccache/select.ts'
import { loadClientConfig } from '../../src/core/config/krb5-conf.ts'
import { parsePrincipal, unparsePrincipal } from '../../src/core/principal/principal.ts'
import { nodeEnv } from '../../src/platform/node-env.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit, PYTHON, pythonGssapi } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Which of several caches a GSS client takes for a service: MIT's library says it in its trace. */
const scratch = scratchFolder('select')
const vars = { HOME: scratch.path, KRB5_CONFIG: scratch.file('krb5.conf'), KRB5CCNAME: `DIR:${scratch.file('caches')}` }
const env = { ...nodeEnv(), vars }

beforeAll(async () => {
  writeFileSync(
    vars.KRB5_CONFIG,
    '[libdefaults]\n default_realm = A.TEST\n dns_canonicalize_hostname = false\n dns_lookup_kdc = false\n[domain_realm]\n .b.test = B.TEST\n .named.test = NAMED.TEST\n',
  )
  writeFileSync(scratch.file('.k5identity'), K5IDENTITY)
  for (const [i, name] of ['alice@A.TEST', 'bob@B.TEST', 'carol@C.TEST', 'dave@DEEP.C.TEST', 'eve@A.TEST'].entries()) {
    const cache = await resolveCcache(`${vars.KRB5CCNAME.replace('DIR:', 'DIR::')}/tkt${i}`, env, await config())
    await cache.replace(parsePrincipal(name), [], [])
  }
  writeFileSync(scratch.file('caches/primary'), 'tkt4\n')
})
afterAll(() => scratch.remove())

const K5IDENTITY = `# who goes where
bob@B.TEST    service=imap host=*.c.test
nobody@A.TEST host=gone.a.test
alice@A.TEST  realm=NAMED.TEST
\tcarol@C.TEST host=[ab]?.any.test
alice@A.TEST  color=blue
alice@A.TEST  service
alice@A.TEST  service=ftp realm=B.TEST host=\\*.b.test
bob@B.TEST    service=ftp realm=B.TEST\r
`

const SERVICES = [
  ['host', 'x.b.test'],
  ['host', 'x.c.test'],
  ['imap', 'x.c.test'],
  ['imap', 'X.C.test'],
  ['host', 'x.deep.c.test'],
  ['host', 'deep.c.test'],
  ['host', 'gone.a.test'],
  ['host', 'x.a.test'],
  ['host', 'x.named.test'],
  ['host', 'a1.any.test'],
  ['host', 'c1.any.test'],
  ['host', 'a11.any.test'],
  ['ftp', 'x.b.test'],
  ['http', 'nowhere.test'],
  ['http', 'short'],
] as const

describeWith([mit(), pythonGssapi()], 'the cache for a service', () => {
  it.each(SERVICES)('%s on %s: as MIT’s library chooses', async (service, host) => {
    const selected = await selectCache(await principal(service, host), env, await config())
    const said =
      selected === undefined
        ? 'none'
        : selected.cache === undefined
          ? `${selected.by} ${unparsePrincipal(selected.client)} without cache`
          : `${selected.by} ${unparsePrincipal(selected.client)}`
    expect(said).toBe(theirChoice(service, host))
  })

  it('tkswitch makes it the primary one', () => {
    expect(run(ours('tkswitch'), ['--for', 'imap/x.c.test'], { env: vars })).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(run('klist', [], { env: vars }).stdout).toContain('Default principal: bob@B.TEST\n')
    expect(run(ours('tkswitch'), ['--for', 'host/gone.a.test'], { env: vars })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tkswitch: Matching credential not found while choosing a ccache for host/gone.a.test\n',
    })
  })
})

async function principal(service: string, host: string) {
  const name = host.toLowerCase()
  return { type: 3, realm: (await config()).realmOfHost(name) ?? '', components: [service, name] }
}

function theirChoice(service: string, host: string): string {
  const script = [
    'import gssapi, sys',
    'name = gssapi.Name(sys.argv[1], gssapi.NameType.hostbased_service)',
    'try:',
    "  gssapi.SecurityContext(name=name, usage='initiate').step()",
    'except Exception: pass',
  ].join('\n')
  const path = scratch.file(`trace-${service}-${host}`)
  run(PYTHON, ['-c', script, `${service}@${host}`], { env: { ...vars, KRB5_TRACE: path } })
  const trace = readFileSync(path, 'utf8')
  const chosen = trace.match(/ccselect module (\w+) chose cache \S+ with client principal (\S+)/)
  if (chosen !== null) return `${chosen[1]} ${chosen[2]}`
  const missing = trace.match(/ccselect module (\w+) chose client principal (\S+) .*but.*no cache/)
  if (missing !== null) return `${missing[1]} ${missing[2]} without cache`
  if (trace.includes("ccselect can't find appropriate cache")) return 'none'
  throw new Error(`no choice in the trace:\n${trace}`)
}

function config() {
  return loadClientConfig(env)
}
