import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { TgsRep } from '../../../src/core/asn1/messages/kdc-rep.ts'
import { AsReq, TgsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import { messageType } from '../../../src/core/asn1/messages/message-type.ts'
import { PaS4uX509User, S4uUserId } from '../../../src/core/asn1/messages/s4u.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import type { Ccache } from '../../../src/core/ccache/ccache.ts'
import type { Credential } from '../../../src/core/ccache/credential.ts'
import { parsePrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { MsgType } from '../../../src/core/registry/msg-type.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import { createKdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import { stringsContents, TlType } from '../../../src/kdc/store/tl-data.ts'
import type { ClientContext } from '../../../src/kdc-client/context.ts'
import { credentialForProxy } from '../../../src/kdc-client/s4u/proxy.ts'
import { credentialForUser } from '../../../src/kdc-client/s4u/self.ts'
import { asReq, openAsRep } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'
import { contextOf } from './fake-context.ts'
import { NOW } from './fake-kdc.ts'

/** The client side of S4U against our KDC in memory, with a stranger between them who changes what is not protected. */
const FRONT = parsePrincipal(`http/front@${REALM}`)
const BACK = parsePrincipal(`ldap/back@${REALM}`)
const ALICE = parsePrincipal(`alice@${REALM}`)

let stranger: (reply: TgsRep) => TgsRep
let asked: (AsReq | TgsReq)[]
let context: ClientContext
let stored: Credential[]
let cache: Ccache

beforeEach(async () => {
  stranger = reply => reply
  asked = []
  const realm = new MemoryRealm()
  await realm.addTgs()
  const [front] = await realm.add('http/front', {
    tlData: [{ type: TlType.STRING_ATTRS, contents: stringsContents(new Map([['delegate_to', 'ldap/back']]))! }],
    attributes: 0x200000,
  })
  for (const name of ['alice', 'bob', 'ldap/back']) await realm.add(name)
  const env = {
    clock: { now: () => ({ seconds: NOW, micros: 0 }) },
    random: (length: number): Bytes => new Uint8Array(randomBytes(length)),
  }
  const kdc = createKdc({ realms: [realm], env, log: () => undefined, maxDatagram: 65_535 })
  const handle = async (message: Bytes) => (await kdc.handle(message, peerAddress('192.0.2.7'), 'tcp'))!
  const fake = await contextOf(() => new Uint8Array(0))
  const exchange = async (_: string, message: Bytes) => {
    asked.push(messageType(message) === MsgType.TGS_REQ ? TgsReq.decode(message) : AsReq.decode(message))
    const reply = await handle(message)
    return messageType(reply) === MsgType.TGS_REP ? TgsRep.encode(stranger(TgsRep.decode(reply))) : reply
  }
  context = {
    ...fake.context,
    env: { ...fake.context.env, random: env.random },
    channel: { ...fake.context.channel, exchange },
  } as ClientContext
  const held = openAsRep(await handle(asReq(REALM, { client: 'http/front', options: 0x40000000 })), front!)
  stored = [
    {
      client: FRONT,
      server: parsePrincipal(`krbtgt/${REALM}@${REALM}`),
      key: held.key,
      authtime: NOW,
      starttime: NOW,
      endtime: held.part.endtime,
      renewTill: 0,
      isSkey: false,
      flags: held.part.flags,
      addresses: [],
      authdata: [],
      ticket: held.ticket.octets,
      secondTicket: new Uint8Array(0),
    },
  ]
  cache = {
    name: 'MEMORY:test',
    principal: async () => FRONT,
    credentials: async function* () {
      yield* stored
    },
    store: async (credential: Credential) => void stored.push(credential),
    config: async () => undefined,
    offset: async () => ({ seconds: 0, micros: 0 }),
  } as unknown as Ccache
})

describe('a ticket for a user', () => {
  it('is got once, in both ways to ask at a time, and found in the cache after that', async () => {
    const got = await credentialForUser({ user: ALICE }, cache, context)
    expect([got.client.components, got.server.components]).toEqual([['alice'], ['http', 'front']])
    expect(asked).toHaveLength(1)
    expect(asked[0]!.padata!.map(({ padataType }) => padataType)).toEqual([PaType.TGS_REQ, PaType.S4U_X509_USER, PaType.FOR_USER])
    expect(await credentialForUser({ user: ALICE }, cache, context)).toBe(got)
    expect(asked).toHaveLength(1)
  })

  it('an enterprise name is looked for first, and the user’s own name comes back', async () => {
    const user = { type: 10, realm: REALM, components: [`alice@${REALM}`] }
    expect((await credentialForUser({ user }, cache, context)).client.components).toEqual(['alice'])
    expect(asked.map(({ reqBody }) => reqBody.value.cname?.nameString)).toEqual([[`alice@${REALM}`], undefined])
  })

  it.each([
    ['another client', (reply: TgsRep) => ({ ...reply, cname: toPrincipalName(parsePrincipal('bob@R')) }), 'KRB5_KDCREP_MODIFIED'],
    ['another client everywhere', (reply: TgsRep) => renamed(reply, 'bob'), 'KRB5_KDCREP_MODIFIED'],
    ['another nonce', (reply: TgsRep) => x509(reply, { nonce: 1 }), 'KRB5_KDCREP_MODIFIED'],
    ['no name', (reply: TgsRep) => x509(reply, { cname: undefined }), 'KRB5_KDCREP_MODIFIED'],
    [
      'an unkeyed checksum',
      (reply: TgsRep) => x509(reply, {}, { cksumtype: 7, checksum: new Uint8Array(16) }),
      'KRB5KRB_AP_ERR_INAPP_CKSUM',
    ],
    [
      'padata cut short',
      (reply: TgsRep) => ({ ...reply, padata: [{ ...reply.padata![0]!, padataValue: Uint8Array.of(0x30, 9) }] }),
      'ASN1_OVERRUN',
    ],
    [
      'no padata and another client',
      (reply: TgsRep) => ({ ...reply, padata: [], cname: toPrincipalName(parsePrincipal('bob@R')) }),
      'KRB5_KDCREP_MODIFIED',
    ],
  ])('is not taken with %s', async (_, change, code) => {
    stranger = change
    await expect(credentialForUser({ user: ALICE }, cache, context)).rejects.toMatchObject({ code })
    expect(stored).toHaveLength(1)
  })
})

describe('a delegated ticket', () => {
  it('is for the user of the evidence, and found in the cache by it', async () => {
    const evidence = await credentialForUser({ user: ALICE }, cache, context)
    const got = await credentialForProxy(BACK, evidence, cache, context)
    expect([got.client.components, got.server.components, got.secondTicket]).toEqual([['alice'], ['ldap', 'back'], evidence.ticket])
    expect(await credentialForProxy(BACK, evidence, cache, context)).toBe(got)
    expect(asked).toHaveLength(2)
  })

  it('is not taken for another client', async () => {
    const evidence = await credentialForUser({ user: ALICE }, cache, context)
    stranger = reply => ({ ...reply, cname: toPrincipalName(parsePrincipal('bob@R')) })
    await expect(credentialForProxy(BACK, evidence, cache, context)).rejects.toMatchObject({ code: 'KRB5_KDCREP_MODIFIED' })
  })
})

type Change = Partial<S4uUserId> & { readonly cname?: S4uUserId['cname'] | undefined }

function x509(reply: TgsRep, change: Change, checksum?: PaS4uX509User['checksum']): TgsRep {
  const padata = reply.padata!.map(item => {
    const value = PaS4uX509User.decode(item.padataValue)
    const userId = preserve(S4uUserId, { ...value.userId.value, ...change })
    return { ...item, padataValue: PaS4uX509User.encode({ userId, checksum: checksum ?? value.checksum }) }
  })
  return { ...reply, padata }
}

function renamed(reply: TgsRep, name: string): TgsRep {
  const cname = { nameType: 1, nameString: [name] }
  return x509({ ...reply, cname }, { cname })
}
