import { describe, expect, test } from 'vitest'
import { chooseClient } from '../../../src/commands/tkinit/client.ts'
import type { InitOptions } from '../../../src/commands/tkinit/flags.ts'
import { loadClientConfig } from '../../../src/core/config/krb5-conf.ts'
import type { Env, Files } from '../../../src/core/env.ts'
import { encodeKeytab } from '../../../src/core/keytab/format.ts'
import { parsePrincipal, unparsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { memoryFiles } from '../../helpers/memory-files.ts'

/** Who `tkinit -k` is on a host that is called `www` and that DNS knows as web1.corp.test. */
async function whoIsIt(libdefaults: string, keys: readonly string[]): Promise<string> {
  const entry = (name: string) => ({
    principal: parsePrincipal(name),
    timestamp: 0,
    kvno: 1,
    key: { etype: 18, value: new Secret(new Uint8Array(32)) },
  })
  const contents = {
    '/etc/krb5.conf': `[libdefaults]\n default_realm = D\n default_keytab_name = FILE:/keytab\n rdns = false\n${libdefaults}[domain_realm]\n .corp.test = CORP\n`,
    '/keytab': encodeKeytab(keys.map(entry)),
  }
  const files = memoryFiles(contents) as Files
  const host = { hostname: () => 'www', uid: 0, euid: 0, username: () => 'root', pid: 1 }
  const env = {
    vars: {},
    files: { ...files, readLocked: async (path: string) => (await files.read(path)).slice() },
    host,
  } as unknown as Env
  const hosts = {
    canonical: async () => ({ name: 'web1.corp.test', addresses: ['192.0.2.1'] }),
    reverse: async () => undefined,
    searchDomain: async () => 'search.test',
  }
  const config = await loadClientConfig(env)
  const options = { action: { kind: 'keytab', keytab: { from: 'default' } }, enterprise: false, anonymous: false } as unknown as InitOptions
  return unparsePrincipal((await chooseClient(options, undefined as never, { env, config, hosts })).principal)
}

describe('tkinit -k is the host', () => {
  test('by its canonical name', async () => expect(await whoIsIt('', [])).toBe('host/web1.corp.test@CORP'))
  test('by the name that it has, with the search domain', async () =>
    expect(await whoIsIt(' dns_canonicalize_hostname = false\n', [])).toBe('host/www.search.test@D'))
  test('by the name that the keytab has, with fallback; else by the first', async () => {
    const fallback = ' dns_canonicalize_hostname = fallback\n'
    expect(await whoIsIt(fallback, ['host/web1.corp.test@CORP'])).toBe('host/web1.corp.test@CORP')
    expect(await whoIsIt(fallback, ['host/web1.corp.test@CORP', 'host/www.search.test@D'])).toBe('host/www.search.test@D')
    expect(await whoIsIt(fallback, [])).toBe('host/www.search.test@D')
  })
})
