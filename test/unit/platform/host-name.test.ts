import { writeFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { hostServicePrincipals } from '../../../src/core/principal/host.ts'
import { unparsePrincipal } from '../../../src/core/principal/principal.ts'
import { systemHosts } from '../../../src/platform/host-name.ts'
import { type DnsServer, startDns, type Zone } from '../../helpers/dns-server.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const scratch = scratchFolder('hosts')
afterAll(() => scratch.remove())
const opened: DnsServer[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

/** `localhost` is the one name that every machine has an address for. */
async function hosts({
  file = '',
  search = '',
  zone = {},
}: {
  readonly file?: string
  readonly search?: string
  readonly zone?: Zone
} = {}) {
  writeFileSync(scratch.file('hosts'), file)
  writeFileSync(scratch.file('resolv.conf'), search)
  const server = await startDns(zone)
  opened.push(server)
  return systemHosts({ servers: [server.address], hostsFile: scratch.file('hosts'), resolverFile: scratch.file('resolv.conf') })
}

describe('the canonical name', () => {
  test('is the first on the line of the hosts file', async () => {
    const file = '# LOCALHOST as.comment\n127.0.1.1 other\n127.0.0.1\tReal.Name.Test  alias LocalHost # as here\n::1 later localhost\n'
    const found = await (await hosts({ file })).canonical('localhost')
    expect(found?.name).toBe('Real.Name.Test')
    expect(found?.addresses).toContain('127.0.0.1')
  })

  test('else stands at the end of the aliases, however many, but not in a circle for ever', async () => {
    const zone = { 'CNAME localhost': ['a.test'], 'CNAME a.test': ['b.test'] }
    expect((await (await hosts({ zone })).canonical('localhost'))?.name).toBe('b.test')
    const circle = { 'CNAME localhost': ['a.test'], 'CNAME a.test': ['localhost'] }
    expect((await (await hosts({ zone: circle })).canonical('localhost'))?.name).toBe('localhost')
  })

  test('of a host without addresses is none', async () => expect(await (await hosts()).canonical('no-such-host.invalid')).toBeUndefined())
})

test('the search domain is the first of the last line', async () => {
  const at = async (search: string) => (await hosts({ search })).searchDomain()
  expect(await at('domain old.test\nsearch  corp.test other.test \nnameserver 127.0.0.1\n')).toBe('corp.test')
  expect(await at('nameserver 127.0.0.1\n')).toBeUndefined()
})

test('services of a host go by it, and the address has the last word with rdns', async () => {
  const resolver = await hosts({ file: '127.0.0.1 www.corp.test localhost\n' })
  const name = async (rdns: boolean) => {
    const rules = { dnsCanonicalizeHostname: 'true' as const, rdns, qualifyShortname: undefined, realmOfHost: () => 'CORP.TEST' }
    for await (const principal of hostServicePrincipals('http', 'localhost', rules, resolver)) return unparsePrincipal(principal)
    return undefined
  }
  expect(await name(false)).toBe('http/www.corp.test@CORP.TEST')
  expect(await name(true)).toMatch(/^http\/localhost/)
})
