import './../helpers/property-seed.ts'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { TgsRep } from '../../src/core/asn1/messages/kdc-rep.ts'
import { messageType } from '../../src/core/asn1/messages/message-type.ts'
import type { PaData } from '../../src/core/asn1/messages/pa-data.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { MsgType } from '../../src/core/registry/msg-type.ts'
import { createKdc, type Kdc } from '../../src/kdc/handler.ts'
import { peerAddress } from '../../src/kdc/peer-address.ts'
import { s4uPaData } from '../../src/kdc-client/s4u/padata.ts'
import { asReq, type Held, openAsRep, tgsReq } from '../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../helpers/memory-realm.ts'

/** Whatever is done to the padata of S4U2Self, the KDC answers, and nobody gets a ticket in another user's name than that under the checksum. */
const NOW = 1_900_000_000
const ALICE = parsePrincipal(`alice@${REALM}`)

let kdc: Kdc
let front: Held

beforeAll(async () => {
  const realm = new MemoryRealm()
  await realm.addTgs()
  const [key] = await realm.add('http/front')
  for (const name of ['alice', 'alicf', 'bob', 'a', 'al']) await realm.add(name)
  const random = (length: number): Bytes => new Uint8Array(randomBytes(length))
  const env = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random }
  kdc = createKdc({ realms: [realm], env, log: () => undefined, maxDatagram: 65_535 })
  front = openAsRep((await handle(asReq(REALM, { client: 'http/front' })))!, key!)
})

describe('S4U2Self with changed padata', () => {
  const change = fc.record({ at: fc.nat(), octet: fc.nat(255), cut: fc.option(fc.nat(), { nil: undefined }) })
  it.each([0, 1])('of kind %i', async which => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
        const good = s4uPaData(ALICE, undefined, front.key, { nonce: 5, subkey: front.key })[which]!
        const reply = await ask(changes.reduce(changed, good))
        if (messageType(reply) === MsgType.ERROR) return
        expect(messageType(reply)).toBe(MsgType.TGS_REP)
        const { cname } = TgsRep.decode(reply)
        expect(cname.nameString).toEqual(['alice'])
      }),
      { numRuns: 150 },
    )
  })
})

function changed(item: PaData, { at, octet, cut }: { at: number; octet: number; cut: number | undefined }): PaData {
  const octets = new Uint8Array(item.padataValue)
  if (octets.length === 0) return item
  octets[at % octets.length] = octet
  return { ...item, padataValue: cut === undefined ? octets : octets.subarray(0, cut % (octets.length + 1)) }
}

async function ask(padata: PaData): Promise<Bytes> {
  return (await handle(tgsReq(REALM, front, { server: 'http/front', padata: [padata], nonce: 5, now: NOW })))!
}

async function handle(message: Bytes): Promise<Bytes | undefined> {
  return kdc.handle(message, peerAddress('192.0.2.7'), 'tcp')
}
