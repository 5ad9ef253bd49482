import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { messageType } from '../../../src/core/asn1/messages/message-type.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute, type PrincipalAttributeName } from '../../../src/core/flags/principal-attributes.ts'
import { ticketFlagLetters } from '../../../src/core/flags/ticket-flags.ts'
import { MsgType } from '../../../src/core/registry/msg-type.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import { asReq, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'
import { ATTRIBUTES, type Effect } from './oracle/attributes.ts'

const NOW = 1_900_000_000
const PEER = peerAddress('192.0.2.7')
const EVERYTHING = KdcOptions.FORWARDABLE | KdcOptions.PROXIABLE | KdcOptions.ALLOW_POSTDATE | KdcOptions.RENEWABLE
/** None of the principals pre-authenticates. */
const PLAIN = { as: 'FPDRI', tgs: 'FPDRT' }

let realm: MemoryRealm
let kdc: Kdc

beforeEach(async () => {
  realm = new MemoryRealm()
  await realm.addTgs()
  const env = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }
  kdc = createKdc({ realms: [realm], env, log: () => {}, maxDatagram: 65_535 })
})

describe('attributes', () => {
  it('are all in the table', () => {
    expect(ATTRIBUTES.map(({ attribute }) => attribute)).toEqual(Object.keys(PrincipalAttribute))
  })

  describe.each(ATTRIBUTES)('$attribute', row => {
    const attributes = PrincipalAttribute[row.attribute as PrincipalAttributeName]

    it('of the client, in the AS', async () => {
      expect(await as(attributes, 0)).toBe(expected(PLAIN.as, row.clientInAs))
    })
    it('of the server, in the AS', async () => {
      expect(await as(0, attributes)).toBe(expected(PLAIN.as, row.serverInAs))
    })
    it('of the client, in the TGS', async () => {
      expect(await tgs(attributes, 0)).toBe(expected(PLAIN.tgs, row.clientInTgs))
    })
    it('of the server, in the TGS', async () => {
      expect(await tgs(0, attributes)).toBe(expected(PLAIN.tgs, row.serverInTgs))
    })
    it('of the server, user to user', async () => {
      expect(await tgs(0, attributes, KdcOptions.ENC_TKT_IN_SKEY)).toBe(expected(PLAIN.tgs, row.serverUserToUser!))
    })
  })

  it('PWCHANGE_SERVICE lets a client in whose password has to be changed', async () => {
    expect(await as(PrincipalAttribute.REQUIRES_PWCHANGE, PrincipalAttribute.PWCHANGE_SERVICE)).toBe(PLAIN.as)
  })
})

/** Letters of the flags granted, or the error code. */
async function as(ofClient: number, ofServer: number): Promise<string | number> {
  const [key] = await realm.add('alice', { attributes: ofClient })
  await realm.add('host/web', { attributes: ofServer })
  return told(await login('alice', 'host/web'), reply => openAsRep(reply, key!))
}

/** The attributes came after the client's TGT. */
async function tgs(ofClient: number, ofServer: number, options = 0): Promise<string | number> {
  const tgt = await tgtOf('alice', await realm.add('alice'))
  const second = await tgtOf('host/web', await realm.add('host/web'))
  await change('alice', ofClient)
  await change('host/web', ofServer)
  const more = options & KdcOptions.ENC_TKT_IN_SKEY ? { additionalTickets: [second.ticket] } : {}
  const ask = { server: 'host/web', now: NOW, options: EVERYTHING | options, more }
  return told((await kdc.handle(tgsReq(REALM, tgt, ask), PEER, 'udp'))!, reply => openTgsRep(reply, tgt))
}

async function tgtOf(client: string, [key]: Key[]): Promise<Held> {
  return openAsRep(await login(client, `krbtgt/${REALM}`), key!)
}

async function login(client: string, server: string): Promise<Bytes> {
  return (await kdc.handle(asReq(REALM, { client, server, options: EVERYTHING }), PEER, 'udp'))!
}

async function change(name: string, attributes: number): Promise<void> {
  const entry = (await realm.store.principal({ type: 1, realm: REALM, components: name.split('/') }))!
  await realm.store.write(tx => tx.putPrincipal({ ...entry, attributes }))
}

function told(reply: Bytes, open: (reply: Bytes) => Held): string | number {
  return messageType(reply) === MsgType.ERROR ? refusal(reply).errorCode : ticketFlagLetters(open(reply).part.flags)
}

function expected(letters: string, effect: Effect): string | number {
  if (typeof effect === 'number') return effect
  return effect.startsWith('-') ? letters.replace(effect.slice(1), '') : letters + effect.slice(1)
}
