import { describe, expect, it } from 'vitest'
import type { Credential } from '../../../../src/core/ccache/credential.ts'
import { findCredential, retrieveCredential, type Wanted } from '../../../../src/core/ccache/match.ts'
import { memoryCcache } from '../../../../src/core/ccache/types/memory.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { credential } from './sample.ts'

const { client, server, endtime } = credential({})

describe('the credential that serves', () => {
  it('has the server, the client and time left, name types aside', async () => {
    expect(await among([credential({})], {})).toBe(0)
    expect(await among([credential({ endtime: 5 }), credential({})], {})).toBe(1)
    expect(await among([credential({})], { now: endtime })).toBe(0)
    expect(await among([credential({})], { now: endtime + 1 })).toBeUndefined()
    expect(await among([credential({ starttime: endtime - 1 })], {})).toBe(0)
    expect(await among([credential({})], { server: { ...server, type: 3 } })).toBe(0)
    expect(await among([credential({})], { server: { ...server, realm: 'B.TEST' } })).toBeUndefined()
    expect(await among([credential({})], { server: { ...server, components: ['host'] } })).toBeUndefined()
    expect(await among([credential({})], { client: { ...client, components: ['bob'] } })).toBeUndefined()
  })

  it('has the enctype that is preferred', async () => {
    const [first, second] = [credential({ key: key(17) }), credential({ key: key(20) })]
    expect(await among([first, second], {})).toBe(0)
    expect(await among([first, second], { etypes: [20, 17] })).toBe(1)
    expect(await among([first, second, credential({ key: key(20) })], { etypes: [18, 20] })).toBe(1)
    expect(await among([first, second], { etypes: [18] })).toBeUndefined()
  })

  it('is for user-to-user only when that is asked for, with that very ticket', async () => {
    const secondTicket = Uint8Array.of(1, 2)
    const list = [credential({ isSkey: true, secondTicket }), credential({})]
    expect(await among(list, {})).toBe(1)
    expect(await among(list, { userToUser: secondTicket })).toBe(0)
    expect(await among(list, { userToUser: Uint8Array.of(1, 3) })).toBeUndefined()
    expect(await among([credential({ secondTicket }), credential({})], { secondTicket })).toBe(0)
  })

  it('has the authorization data asked for', async () => {
    const authdata = [{ type: 1, data: Uint8Array.of(1) }]
    expect(await among([credential({ authdata }), credential({})], {})).toBe(1)
    expect(await among([credential({}), credential({ authdata })], { authdata })).toBe(1)
    expect(await among([credential({ authdata: [{ type: 1, data: Uint8Array.of(2) }] })], { authdata })).toBeUndefined()
  })

  it('or else a typed error, by what was missing', async () => {
    const cache = memoryCcache('x')
    await cache.replace(client, [credential({})], [])
    const wanted = { client, server, now: 1 }
    await expect(retrieveCredential(cache, { ...wanted, now: endtime + 1 })).rejects.toMatchObject({
      code: 'KRB5_CC_NOTFOUND',
      message: 'Matching credential not found',
    })
    await expect(retrieveCredential(cache, { ...wanted, etypes: [99] })).rejects.toMatchObject({ code: 'KRB5_CC_NOT_KTYPE' })
    const file = { ...cache, name: 'FILE:/tmp/cc', credentials: () => cache.credentials() }
    await expect(retrieveCredential(file, { ...wanted, now: endtime + 1 })).rejects.toMatchObject({
      message: 'Matching credential not found (filename: /tmp/cc)',
    })
  })
})

async function among(list: readonly Credential[], change: Partial<Wanted>): Promise<number | undefined> {
  const cache = memoryCcache('x')
  await cache.replace(client, list, [{ key: 'fast_avail', value: Uint8Array.of(1) }])
  const found = await findCredential(cache, { client, server, now: 1_000_010_000, ...change })
  return found === undefined ? undefined : list.indexOf(found)
}

function key(etype: number) {
  return { etype, value: Secret.copyOf(new Uint8Array(16)) }
}
