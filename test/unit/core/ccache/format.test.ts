import { describe, expect, it } from 'vitest'
import { type Bytes, concat, toHex } from '../../../../src/core/bytes/bytes.ts'
import type { Credential } from '../../../../src/core/ccache/credential.ts'
import {
  decodeCredential,
  decodeCredentials,
  decodeHead,
  encodeCredential,
  encodeHead,
  encodePrincipal,
  isRemoved,
  type PlacedCredential,
} from '../../../../src/core/ccache/format.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { credential } from './sample.ts'
import { sampleFiles, vectorsPresent } from './vectors.ts'

describe.skipIf(!vectorsPresent)('the samples of other implementations (../shared/vectors absent: skipped)', () => {
  const versions = vectorsPresent ? sampleFiles('ccache-versions', /./) : []
  const caches = vectorsPresent
    ? [
        ...sampleFiles('gokrb5-samples', /^CCACHE/),
        ...sampleFiles('kerby-samples', /\.cc$/),
        ...sampleFiles('kerberos-net-samples', /krb5cc$/),
      ]
    : []

  it('finds them all', () => {
    expect([versions.length, caches.length]).toEqual([4, 10])
  })

  it.each([...versions, ...caches].map(({ name, octets }) => [name, octets] as const))('%s comes back octet by octet', (_, octets) => {
    const { head, placed, torn } = decodeAll(octets)
    expect(torn).toBe(false)
    expect(placed.length).toBeGreaterThan(0)
    const again = placed.map(one => encodeCredential(one.credential, head.version))
    expect(toHex(concat(encodeHead(head.version, head.principal, head.offset), ...again))).toBe(toHex(octets))
    for (const one of placed) {
      expect(toHex(octets.subarray(one.start, one.end))).toBe(toHex(encodeCredential(one.credential, head.version)))
    }
  })

  it.each(versions.map(({ name, octets }) => [name, octets] as const))('version %s says what the others say', (_, octets) => {
    const { head, placed } = decodeAll(octets)
    const [first, second] = placed.map(one => one.credential)
    expect(head.principal).toMatchObject({ realm: 'KRBTEST.COM', components: ['testclient'] })
    expect(first).toMatchObject({
      server: { realm: 'EXAMPLE.COM', components: ['test', 'host'] },
      key: { etype: 17 },
      authtime: 11,
      starttime: 222,
      endtime: 3333,
      renewTill: 1000000000,
      flags: 0x40800000,
      isSkey: false,
      addresses: [{ type: 2, data: Uint8Array.of(10, 0, 0, 1) }],
      authdata: [
        { type: 512, data: Buffer.from('signticket').subarray() },
        { type: -100, data: new Uint8Array(0) },
      ].map(item => ({ ...item, data: new Uint8Array(item.data) })),
      ticket: new Uint8Array(Buffer.from('ticket')),
    })
    expect(first!.key.value.use(toHex)).toBe('000102030405060708090a0b0c0d0e0f')
    expect(second).toMatchObject({
      server: { realm: '', components: [] },
      isSkey: true,
      secondTicket: new Uint8Array(Buffer.from('2ticket')),
    })
  })

  it.each(versions.map(({ name, octets }) => [name, octets] as const))('version %s marks where its fields lie', (name, octets) => {
    const [first] = decodeAll(octets).placed
    const bigEndian = Number(name) >= 3
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
    expect(view.getUint32(first!.authtimeAt, !bigEndian)).toBe(11)
    expect(view.getUint32(first!.endtimeAt, !bigEndian)).toBe(3333)
    expect(Buffer.from(octets).toString('latin1', first!.serverRealmAt, first!.serverRealmAt + 11)).toBe('EXAMPLE.COM')
  })
})

describe('every version', () => {
  it.each([1, 2, 3, 4] as const)('%i keeps all there is in a credential', version => {
    const samples = [credential({}), credential({ isSkey: true, authdata: [{ type: -100, data: Uint8Array.of(1) }], flags: 0x80000001 })]
    for (const sample of samples) {
      const expected = version === 1 ? withoutNameTypes(sample) : sample
      expect(plain(decodeCredential(encodeCredential(sample, version), version))).toEqual(plain(expected))
    }
  })

  it('keeps names that are not text, and times after 2038', () => {
    const sample = credential({ client: { type: 1, realm: 'R\udcff', components: ['', 'é', '\udc80'] }, endtime: 0xffff_fffe })
    expect(plain(decodeCredential(encodeCredential(sample, 4)))).toEqual(plain(sample))
  })
})

describe('the head', () => {
  const alice = { type: 1, realm: 'A.TEST', components: ['alice'] }
  const body = toHex(encodePrincipal(alice))

  it('carries the time offset in version 4, with its sign', () => {
    const octets = encodeHead(4, alice, { seconds: -3600, micros: 5 })
    expect(toHex(octets)).toBe(`0504000c00010008fffff1f000000005${body}`)
    expect(decodeHead(octets)).toEqual({ version: 4, offset: { seconds: -3600, micros: 5 }, principal: alice, end: octets.length })
  })

  it('may be empty, and steps over tags nobody knows', () => {
    expect(decodeHead(hex(`05040000${body}`)).offset).toBeUndefined()
    expect(decodeHead(hex(`050400120007000261620001000800000001000000020${body.slice(1)}`)).offset).toEqual({ seconds: 1, micros: 2 })
  })

  it.each([
    ['', 'KRB5_CC_FORMAT', 0, 'version'],
    ['05', 'KRB5_CC_FORMAT', 1, 'version'],
    ['0505', 'KRB5_CCACHE_BADVNO', 1, 'version'],
    ['0500', 'KRB5_CCACHE_BADVNO', 1, 'version'],
    ['0604', 'KRB5_CCACHE_BADVNO', 0, 'version'],
    ['0504', 'KRB5_CC_FORMAT', 2, 'header length'],
    ['0504000c0001', 'KRB5_CC_FORMAT', 6, 'header field length'],
    ['050400030001000000', 'KRB5_CC_FORMAT', 4, 'header field'],
    ['0504000800010009000000', 'KRB5_CC_FORMAT', 6, 'header field length'],
    ['05040008000100040000000000', 'KRB5_CC_FORMAT', 6, 'time offset'],
    ['050400000000000100000001', 'KRB5_CC_END', 12, 'default principal'],
    ['05040000000000010000000100ffffff', 'KRB5_CC_FORMAT', 12, 'default principal'],
    ['050100000000', 'KRB5_CC_FORMAT', 2, 'default principal'],
  ])('%s is %s at octet %i (%s)', (text, code, offset, field) => {
    expect(failure(() => decodeHead(hex(text)))).toMatchObject({ code, params: { offset, field } })
  })

  it.each([
    [Buffer.from('BQQADAABAAgAAAAAAAAAAAAAAAE='), 'base64'],
    [Buffer.from('-----BEGIN CERTIFICATE-----'), 'PEM'],
    [Uint8Array.of(0x76, 0x82, 1, 2), 'kirbi'],
    [Buffer.from('{"a":1}'), 'JSON'],
  ])('says what the file is instead: %s', (octets, word) => {
    expect(failure(() => decodeHead(octets)).hints.join()).toContain(word)
  })
})

describe('hostile credentials', () => {
  const head = encodeHead(4, { type: 1, realm: 'A.TEST', components: ['alice'] }, undefined)
  const good = encodeCredential(credential({}), 4)

  it('end silently wherever a tail is torn', () => {
    for (let cut = 1; cut < good.length; cut++) {
      const { placed, torn } = decodeAll(concat(head, good, good.subarray(0, cut)))
      expect([placed.length, torn]).toEqual([1, true])
    }
  })

  it('are refused when a length exceeds the file', () => {
    const bad = good.slice()
    new DataView(bad.buffer).setUint32(8, 0x7fff_ffff)
    const octets = concat(head, good, bad)
    expect(failure(() => decodeAll(octets))).toMatchObject({
      code: 'KRB5_CC_FORMAT',
      params: { field: 'client', offset: head.length + good.length + 8 },
    })
  })

  it('cannot claim more items than there are octets', () => {
    const at = good.length - 4 - credential({}).secondTicket.length - 4 - credential({}).ticket.length - 4
    const bad = good.slice()
    expect(new DataView(bad.buffer).getUint32(at)).toBe(0)
    new DataView(bad.buffer).setUint32(at, 0xffff_ffff)
    // The next number is then taken for the length of an item.
    expect(failure(() => decodeAll(concat(head, bad)))).toMatchObject({
      code: 'KRB5_CC_FORMAT',
      params: { field: 'authorization data' },
    })
  })

  it('may not be followed by octets where one credential is all there is', () => {
    expect(failure(() => decodeCredential(concat(good, Uint8Array.of(0))))).toMatchObject({ code: 'KRB5_CC_FORMAT' })
    expect(failure(() => decodeCredential(good.subarray(1)))).toBeInstanceOf(KrbError)
  })
})

describe('removed entries', () => {
  it('are told by their authtime', () => {
    expect(isRemoved(credential({ authtime: 0xffff_ffff, endtime: 0 }))).toBe(true)
    expect(isRemoved(credential({ authtime: 0, endtime: 0 }))).toBe(false)
    expect(isRemoved(credential({}))).toBe(false)
  })
})

function decodeAll(octets: Bytes) {
  const head = decodeHead(octets)
  const placed: PlacedCredential[] = []
  const credentials = decodeCredentials(octets, head)
  for (;;) {
    const step = credentials.next()
    if (step.done) return { head, placed, torn: step.value }
    placed.push(step.value)
  }
}

function plain(sample: Credential): object {
  return { ...sample, key: { etype: sample.key.etype, value: sample.key.value.use(toHex) } }
}

function withoutNameTypes(sample: Credential): Credential {
  return { ...sample, client: { ...sample.client, type: 0 }, server: { ...sample.server, type: 0 } }
}

function failure(task: () => unknown): KrbError {
  try {
    task()
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function hex(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
