import { describe, expect, it } from 'vitest'
import { VERBS } from '../../../../src/admin/language/index.ts'
import { EMPTY_POLICY_ENT, EMPTY_PRINCIPAL_ENT } from '../../../../src/admin/wire/kadm5/structures.ts'
import { fromHex } from '../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { retrieveCredential } from '../../../../src/core/ccache/match.ts'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { CLIENT, SERVER } from '../../core/gss/service-ticket.ts'
import { fakeKadmind } from './fake-kadmind.ts'

const ALICE = parsePrincipal('alice@R')
const ANYTHING = () => ({})
const secret = (text: string) => new Secret(encodeText(text))

describe('log-on', () => {
  it.each([
    [undefined, [0x12345704]],
    [0x12345703, [0x12345704, 0x12345703]],
    [0x12345702, [0x12345704, 0x12345703, 0x12345702]],
  ])('steps down to what the server speaks: %s', async (newest, versions) => {
    const { open, asked } = await fakeKadmind(ANYTHING, newest === undefined ? {} : { newest })
    const api = await open()
    await api.call(VERBS.deletePrincipal, { principal: ALICE })
    expect(asked.map(({ name, version }) => [name, version])).toEqual([
      ...versions.map(version => ['init', version]),
      ['deletePrincipal', versions.at(-1)],
    ])
    expect(api).toMatchObject({ realm: 'R', remote: true })
    await api.close()
  })

  it('gives up below version 2', async () => {
    const { open } = await fakeKadmind(ANYTHING, { newest: 0x12345701 })
    await expect(open()).rejects.toMatchObject({ code: 'KADM5_NEW_SERVER_API_VERSION' })
  })

  it.each([
    [0, 'KADM5_GSS_ERROR'],
    [1, 'KADM5_RPC_ERROR'],
  ])('a server that closes after %i calls: %s, with the parties as hints', async (closesAfter, code) => {
    const { open } = await fakeKadmind(ANYTHING, { closesAfter })
    await expect(open()).rejects.toMatchObject({
      code,
      hints: ['admin.test:749: connection reset by peer', 'service principal: kadmin/admin@R', 'own principal: alice@R'],
    })
  })

  it('a ticket that has ended is not shown to the server', async () => {
    const { open, cache, context } = await fakeKadmind(ANYTHING)
    Object.assign(context.env, { clock: { now: () => ({ seconds: 2_000_000_000, micros: 0 }) } })
    await expect(open()).rejects.toMatchObject({ code: 'KADM5_GSS_ERROR', hints: [`the ticket in ${cache.name} has expired`] })
  })

  it('a cache without the ticket says so, also for the name of the host', async () => {
    const { open, cache, context } = await fakeKadmind(ANYTHING)
    await cache.remove(() => true)
    let asked = 0
    Object.assign(context, {
      hosts: {
        canonical: async () => ({ name: `admin${++asked}.test`, addresses: [] }),
        reverse: async () => undefined,
        searchDomain: async () => undefined,
      },
    })
    const hints = [`no ticket is asked for with ${cache.name}: put one in, kinit -S kadmin/admin1.test@R`]
    await expect(open()).rejects.toMatchObject({ code: 'KRB5_CC_NOTFOUND', hints })
    expect(asked).toBe(1)
  })

  it('takes a ticket for kadmin/HOST where there is none for kadmin/admin', async () => {
    const { open, cache, context } = await fakeKadmind(ANYTHING)
    const credential = await retrieveCredential(cache, { client: CLIENT, server: SERVER, now: 0 })
    await cache.remove(() => true)
    await cache.store({ ...credential, server: { ...SERVER, components: ['kadmin', 'admin.test'] } })
    const hosts = {
      canonical: async () => ({ name: 'Admin.Test', addresses: [] }),
      reverse: async () => undefined,
      searchDomain: async () => undefined,
    }
    Object.assign(context, { hosts })
    await (await open()).close()
  })
})

describe('calls', () => {
  it('answers in any order go to their calls', async () => {
    const { open } = await fakeKadmind(({ arguments: { pattern } }) => ({ names: [String(pattern)] }), { reversed: true })
    const api = await open()
    const patterns = ['a', 'b', 'c', 'd']
    expect(await Promise.all(patterns.map(pattern => api.call(VERBS.listPrincipals, { pattern })))).toEqual(patterns.map(one => [one]))
  })

  it('a connection that ends fails what waits and what comes later', async () => {
    const { open } = await fakeKadmind(ANYTHING, { closesAfter: 3 })
    const api = await open()
    const calls = [1, 2].map(() => api.call(VERBS.deletePrincipal, { principal: ALICE }))
    const ends = await Promise.allSettled([...calls, ...calls.map(() => api.call(VERBS.getPrivs, undefined))])
    expect(ends.map(end => (end.status === 'fulfilled' ? 'done' : end.reason.code))).toEqual([
      'done',
      'KADM5_RPC_ERROR',
      'KADM5_RPC_ERROR',
      'KADM5_RPC_ERROR',
    ])
    await expect(api.call(VERBS.getPrivs, undefined)).rejects.toMatchObject({ code: 'KADM5_RPC_ERROR' })
    await api.close()
  })

  it.each([
    [43787532, 'KADM5_UNK_PRINC', 'Principal does not exist'],
    [22, 'EINVAL', 'Invalid argument'],
    [-1780008443, 'KRB5_KDB_NOENTRY', 'No such entry in the database'],
    [-1765328196, 'KRB5_BAD_ENCTYPE', 'Bad encryption type'],
    [43787720, 'KADM5_FAILURE', 'Unknown code ovk 200'],
    [9999, 'KADM5_FAILURE', expect.stringMatching(/^Unknown code .* 15$/)],
    [199, 'KADM5_FAILURE', 'Unknown error 199'],
  ])('the error %i is %s', async (number, code, message) => {
    const { open } = await fakeKadmind(() => number)
    await expect((await open()).call(VERBS.getPrincipal, { principal: ALICE })).rejects.toMatchObject({ code, message })
  })

  it('who lacks a right is told as whom he was seen', async () => {
    const { open } = await fakeKadmind(() => 43787521)
    const hints = ['service principal: kadmin/admin@R', 'own principal: alice@R', expect.stringContaining('kadm5.acl')]
    await expect((await open()).call(VERBS.getPrincipal, { principal: ALICE })).rejects.toMatchObject({ code: 'KADM5_AUTH_GET', hints })
  })

  it('an answer that cannot be read is a failure to communicate', async () => {
    const { open } = await fakeKadmind(() => fromHex('1234570400000000ffffffff')!)
    const call = (await open()).call(VERBS.listPrincipals, {})
    await expect(call).rejects.toMatchObject({ code: 'KADM5_RPC_ERROR', hints: ['the answer to kadm5_get_principals cannot be read'] })
  })
})

describe('verbs', () => {
  /** Only what is not zero or null in an entry. */
  const said = ({ name, arguments: { entry, ...rest } }: { name: string; arguments: Readonly<Record<string, unknown>> }) => {
    const given = Object.entries((entry ?? {}) as object).filter(
      ([, value]) => value !== 0 && value !== undefined && (value as unknown[]).length !== 0,
    )
    return [name, entry === undefined ? rest : { ...rest, entry: Object.fromEntries(given) }]
  }
  async function callsOf(act: (api: Awaited<ReturnType<Awaited<ReturnType<typeof fakeKadmind>>['open']>>) => Promise<unknown>) {
    const { open, asked } = await fakeKadmind(({ name }) => {
      if (name === 'getPrincipal') return { entry: { ...EMPTY_PRINCIPAL_ENT, principal: ALICE, kvno: 7 } }
      if (name === 'getPolicy') return { entry: { ...EMPTY_POLICY_ENT, policy: 'pol', pwMinLength: 3 } }
      if (name === 'chrandPrincipal3') return { keys: [{ etype: 17, value: secret('0123456789abcdef') }] }
      return {}
    })
    const result = await act(await open())
    return { result, calls: asked.slice(1).map(said) }
  }

  it('add_principal sends the fields that are set and says which', async () => {
    const change = { attributes: 0x80, maxLife: 3600, policy: 'pol', databaseArguments: ['a=b'] }
    const { calls } = await callsOf(api =>
      api.call(VERBS.addPrincipal, { principal: ALICE, change, keySalts: [], keys: { from: 'nothing' } }),
    )
    const tlData = [{ type: 0x7fff, value: encodeText('a=b\0') }]
    const entry = { principal: ALICE, attributes: 0x80, maxLife: 3600, policy: 'pol', tlCount: 1, tlData }
    expect(calls).toEqual([['createPrincipal', { entry, mask: 0x60831, password: undefined }]])
  })

  it('add_principal with key/salts takes the newer procedure', async () => {
    const keySalts = [{ etype: 18, saltType: 4 }]
    const { calls } = await callsOf(api =>
      api.call(VERBS.addPrincipal, { principal: ALICE, change: {}, keySalts, keys: { from: 'random' } }),
    )
    expect(calls).toEqual([['createPrincipal3', { entry: { principal: ALICE }, mask: 1, password: undefined, keySalts }]])
  })

  it('modify_principal -unlock sends the time with its lowest octet first', async () => {
    const { calls } = await callsOf(api =>
      api.call(VERBS.modifyPrincipal, { principal: ALICE, change: {}, clearPolicy: true, unlock: true }),
    )
    const tlData = [{ type: 0x700, value: Uint8Array.of(0x00, 0xd2, 0x49, 0x6b) }]
    expect(calls).toEqual([['modifyPrincipal', { entry: { principal: ALICE, tlCount: 1, tlData }, mask: 0x51000 }]])
  })

  it('modify_principal sends the flags along that it does not set, for servers that add to them', async () => {
    const { calls } = await callsOf(api =>
      api.call(VERBS.modifyPrincipal, { principal: ALICE, change: { maxLife: 60 }, clearPolicy: false, unlock: false, attributes: 0x240 }),
    )
    expect(calls).toEqual([['modifyPrincipal', { entry: { principal: ALICE, attributes: 0x240, maxLife: 60 }, mask: 0x20 }]])
  })

  it('change_password chooses its procedure', async () => {
    using password = secret('pw')
    const input = { principal: ALICE, keepOld: false, keySalts: [], password }
    const { calls } = await callsOf(async api => {
      await api.call(VERBS.changePassword, input)
      await api.call(VERBS.changePassword, { ...input, keepOld: true })
      await api.call(VERBS.changePassword, { principal: ALICE, keepOld: true, keySalts: [] })
    })
    expect(calls.map(([name]) => name)).toEqual(['chpassPrincipal', 'chpassPrincipal3', 'chrandPrincipal3'])
  })

  it('new random keys come with their version when they are wanted', async () => {
    const input = { principal: ALICE, keepOld: false, keySalts: [], keysWanted: true }
    const { result, calls } = await callsOf(api => api.call(VERBS.changePassword, input))
    expect(result).toMatchObject({ keys: [{ kvno: 7, key: { etype: 17 } }] })
    expect(calls.map(([name]) => name)).toEqual(['chrandPrincipal3', 'getPrincipal'])
  })

  it('policies: name and changes, with the bit for a list that is cleared', async () => {
    const { calls } = await callsOf(async api => {
      await api.call(VERBS.addPolicy, { name: 'pol', change: { minLength: 8, maxLife: 60 } })
      await api.call(VERBS.modifyPolicy, { name: 'pol', change: { allowedKeySalts: undefined } })
    })
    expect(calls).toEqual([
      ['createPolicy', { entry: { policy: 'pol', pwMinLength: 8, pwMaxLife: 60 }, mask: 0x14800 }],
      ['modifyPolicy', { entry: { policy: 'pol' }, mask: 0x4000000 }],
    ])
  })

  it('a password is not in what stays behind', async () => {
    const { open, asked } = await fakeKadmind(() => 43787542)
    using password = secret('stands-out')
    const api = await open()
    const failure = await api
      .call(VERBS.changePassword, { principal: ALICE, keepOld: false, keySalts: [], password })
      .catch((error: unknown) => error)
    expect(JSON.stringify([failure, asked.at(-1)])).not.toContain('stands-out')
  })
})
