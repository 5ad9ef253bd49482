import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { messageType } from '../../src/core/asn1/messages/message-type.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { KdcOptions } from '../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../src/core/flags/principal-attributes.ts'
import { MsgType } from '../../src/core/registry/msg-type.ts'
import { PaType } from '../../src/core/registry/pa-type.ts'
import { createKdc, type Kdc } from '../../src/kdc/handler.ts'
import { peerAddress } from '../../src/kdc/peer-address.ts'
import { asReq, encryptedTimestamp, openAsRep, tgsReq } from '../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../helpers/memory-realm.ts'

const NOW = 1_900_000_000
const env = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }

/** The KDC as a whole, octets in, octets out, with a valid TGT at hand. */
describe('the KDC under fire', () => {
  const lines: string[] = []
  let kdc: Kdc
  let seeds: Bytes[]

  beforeAll(async () => {
    const realm = new MemoryRealm()
    await realm.addTgs()
    await realm.add('host/web')
    const [key] = await realm.add('alice', { password: 'pw', attributes: PrincipalAttribute.REQUIRES_PRE_AUTH })
    kdc = createKdc({ realms: [realm], env, log: (level, text) => void lines.push(`${level} ${text}`), maxDatagram: 4096 })
    const padata = [encryptedTimestamp(key!, NOW), { padataType: PaType.REQ_ENC_PA_REP, padataValue: new Uint8Array(0) }]
    const options = KdcOptions.FORWARDABLE | KdcOptions.RENEWABLE
    const addresses = [{ addrType: 2, address: Uint8Array.of(192, 0, 2, 7) }]
    const initial = asReq(REALM, { client: 'alice', options, rtime: NOW + 7200, till: NOW + 3600, padata, more: { addresses } })
    const tgt = openAsRep((await kdc.handle(initial, PEER, 'udp'))!, key!)
    seeds = [
      initial,
      asReq(REALM, { client: 'alice' }),
      tgsReq(REALM, tgt, { server: 'host/web', now: NOW }),
      tgsReq(REALM, tgt, { server: `krbtgt/${REALM}`, now: NOW, options: KdcOptions.RENEW }),
      tgsReq(REALM, tgt, { server: `krbtgt/${REALM}`, now: NOW, options: KdcOptions.FORWARDED, more: { addresses } }),
    ]
  })

  it('answers any mutation of a request with a reply or not at all, and makes no mistake over it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(4), mutation, async (which, mutate) => {
        lines.length = 0
        const reply = await kdc.handle(mutate(seeds[which]!), PEER, 'udp')
        expect(lines.filter(line => line.includes('internal error'))).toEqual([])
        if (reply !== undefined) expect([MsgType.AS_REP, MsgType.TGS_REP, MsgType.ERROR]).toContain(messageType(reply))
        for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
      }),
      { numRuns: 3000 },
    )
  })

  it('is silent to noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async noise => {
        expect(await kdc.handle(noise, PEER, 'udp')).toBeUndefined()
      }),
    )
  })
})

const PEER = peerAddress('192.0.2.7')

type Step = (octets: Buffer) => Buffer

/** One octet changed, one bit turned, some removed or put in. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, value]): Step =>
      octets => {
        octets[at % octets.length] = value
        return octets
      },
  ),
  fc.tuple(fc.nat(), fc.nat(7)).map(
    ([at, bit]): Step =>
      octets => {
        octets[at % octets.length]! ^= 1 << bit
        return octets
      },
  ),
  fc.tuple(fc.nat(), fc.nat(20)).map(
    ([at, length]): Step =>
      octets => {
        const from = at % octets.length
        return Buffer.concat([octets.subarray(0, from), octets.subarray(from + length)])
      },
  ),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 20 })).map(
    ([at, more]): Step =>
      octets => {
        const from = at % octets.length
        return Buffer.concat([octets.subarray(0, from), more, octets.subarray(from)])
      },
  ),
)

const mutation = fc.array(step, { minLength: 1, maxLength: 3 }).map(
  steps =>
    (request: Bytes): Bytes =>
      steps.reduce<Buffer>((octets, one) => (octets.length === 0 ? octets : one(octets)), Buffer.from(request)),
)
