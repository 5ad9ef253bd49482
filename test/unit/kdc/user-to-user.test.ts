import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { EncTicketPart, Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { openData } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import { type AskAs, type AskTgs, asReq, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

/** enc-tkt-in-skey (RFC 4120 §3.3.3, §3.7), and the proxies and anonymous clients that have rows of their own. */
const START = 1_900_000_000
const PEER = peerAddress('192.0.2.7')

let now: number
let realm: MemoryRealm
let kdc: Kdc
let lines: string[]
let keys: Map<string, Key>
let alice: Held
let bob: Held

beforeEach(async () => {
  now = START
  await newRealm(new MemoryRealm())
})

describe('user to user', () => {
  it('seals the ticket in the session key of the second ticket, for a server that has no service tickets otherwise', async () => {
    const got = openTgsRep(await ask({ server: 'bob' }, [bob]), alice)
    const { encPart, sname } = got.ticket.value
    expect(encPart.kvno).toBeUndefined()
    expect(sname.nameString).toEqual(['bob'])
    expect(EncTicketPart.decode(openData(bob.key, KeyUsage.KDC_REP_TICKET, encPart)).cname.nameString).toEqual(['alice'])
    expect(lines.at(-1)).toMatch(/ISSUE: authtime \d+, etypes \{.*\}, alice@KDC\.TEST for bob@KDC\.TEST$/)
    expect(refusal(await ask({ server: 'bob', options: 0 }, [bob]))).toMatchObject({ errorCode: 27 })
  })

  it('takes the client of the second ticket where the request names no server', async () => {
    const got = openTgsRep(await ask({ server: 'bob', more: { sname: undefined } }, [bob]), alice)
    expect(got.ticket.value.sname.nameString).toEqual(['bob'])
    expect(refusal(await ask({ server: 'bob', more: { sname: undefined } }, []))).toMatchObject({ errorCode: 7, eText: 'NULL_SERVER' })
  })

  it('prefers the enctype of the second ticket’s session key, which the server is sure to know', async () => {
    const older = await login('bob', { etypes: [17, 18] })
    expect(openTgsRep(await ask({ server: 'bob', etypes: [18, 17] }, [older]), alice).part.key.keytype).toBe(17)
    expect(openTgsRep(await ask({ server: 'bob', etypes: [18] }, [older]), alice).part.key.keytype).toBe(18)
  })

  it('wants a second ticket, a TGT, the server’s, and in its time', async () => {
    const service = openTgsRep(await ask({ server: 'host/web', options: 0 }, []), alice)
    const later = await login('bob', { options: KdcOptions.POSTDATED, from: START + 7200 })
    const brief = await login('bob', { till: START + 60 })
    const cases: readonly (readonly [Held[], number, string])[] = [
      [[], 13, 'NO_2ND_TKT'],
      [[service], 12, '2ND_TKT_NOT_TGS'],
      [[alice], 26, '2ND_TKT_MISMATCH'],
      [[later], 33, '2ND_TKT_NOT_VALID'],
    ]
    for (const [second, code, status] of cases)
      expect(refusal(await ask({ server: 'bob' }, second))).toMatchObject({ errorCode: code, eText: status })
    now = START + 60 + 300
    openTgsRep(await ask({ server: 'bob' }, [brief]), alice)
    now++
    expect(refusal(await ask({ server: 'bob' }, [brief]))).toMatchObject({ errorCode: 32, eText: '2ND_TKT_EXPIRED' })
  })

  it('shows a mismatch in the log as MIT does', async () => {
    await ask({ server: 'bob' }, [alice])
    expect(lines.at(-1)).toBe(
      `info TGS_REQ 192.0.2.7: 2ND_TKT_MISMATCH: authtime 0, alice@${REALM} for bob@${REALM}, 2nd tkt client <unknown>`,
    )
  })

  it('refuses a second ticket that cannot be opened, or whose server is unknown', async () => {
    const sname = { nameType: 2, nameString: ['krbtgt', 'NOWHERE'] }
    expect(refusal(await ask({ server: 'bob' }, [edited(bob, { sname })]))).toMatchObject({ errorCode: 7, eText: '2ND_TKT_SERVER' })
    const { encPart } = bob.ticket.value
    const cipher = Uint8Array.from(encPart.cipher, (octet, i) => (i === 40 ? octet ^ 1 : octet))
    expect(refusal(await ask({ server: 'bob' }, [edited(bob, { encPart: { ...encPart, cipher } })]))).toMatchObject({
      errorCode: 31,
      eText: '2ND_TKT_DECRYPT',
    })
  })
})

describe('a proxy', () => {
  const proxy = {
    server: 'host/web',
    options: KdcOptions.PROXY | KdcOptions.PROXIABLE,
    more: { addresses: [{ addrType: 2, address: Uint8Array.of(192, 0, 2, 9) }] },
  }

  it('is made of the service’s ticket or got with the TGT, for other addresses', async () => {
    const service = openTgsRep(await ask({ server: 'host/web', options: KdcOptions.PROXIABLE }, []), alice)
    for (const held of [alice, service]) {
      const got = openTgsRep(await say(tgsReq(REALM, held, { now, ...proxy })), held)
      const ticket = EncTicketPart.decode(openData(keys.get('host/web')!, KeyUsage.KDC_REP_TICKET, got.ticket.value.encPart))
      expect(ticket.caddr).toEqual(proxy.more.addresses)
      expect(got.part.caddr).toEqual(proxy.more.addresses)
    }
  })

  it('is not got with the TGT where server or client forbid proxies', async () => {
    for (const name of ['alice', 'host/web']) {
      const entry = (await realm.store.principal({ type: 1, realm: REALM, components: name.split('/') }))!
      await realm.store.write(tx => tx.putPrincipal({ ...entry, attributes: PrincipalAttribute.DISALLOW_PROXIABLE }))
      expect(refusal(await ask(proxy, []))).toMatchObject({ errorCode: 13, eText: 'PROXY NOT ALLOWED' })
      await realm.store.write(tx => tx.putPrincipal(entry))
    }
  })

  it('renewed, keeps its addresses whatever is asked for', async () => {
    const options = KdcOptions.RENEW | KdcOptions.RENEWABLE | KdcOptions.FORWARDED
    const got = openTgsRep(await ask({ server: `krbtgt/${REALM}`, options, more: proxy.more }, []), alice)
    expect(got.part.caddr).toBeUndefined()
    const ticket = EncTicketPart.decode(openData(keys.get(`krbtgt/${REALM}`)!, KeyUsage.KDC_REP_TICKET, got.ticket.value.encPart))
    expect(ticket.caddr).toBeUndefined()
  })
})

describe('anonymous clients', () => {
  it('get TGTs only where kdc.conf says so', async () => {
    await newRealm(new MemoryRealm({ restrictAnonymousToTgt: true }))
    const tgt = await login('WELLKNOWN/ANONYMOUS')
    expect(refusal(await say(tgsReq(REALM, tgt, { server: 'host/web', now })))).toMatchObject({
      errorCode: 12,
      eText: 'ANONYMOUS NOT ALLOWED',
    })
    expect(refusal(await say(asReq(REALM, { client: 'WELLKNOWN/ANONYMOUS', server: 'host/web' })))).toMatchObject({ errorCode: 12 })
    openTgsRep(await say(tgsReq(REALM, alice, { server: 'host/web', now })), alice)
  })
})

describe('a start in the future', () => {
  it('wants POSTDATED, beyond the clock skew', async () => {
    for (const [from, code] of [
      [START + 300, undefined],
      [START + 301, 10],
    ] as const) {
      const answers = [await say(asReq(REALM, { client: 'alice', from })), await ask({ server: 'host/web', options: 0, from }, [])]
      for (const answer of answers)
        if (code === undefined) expect(() => refusal(answer)).toThrow('the KDC said yes')
        else expect(refusal(answer)).toMatchObject({ errorCode: code, eText: 'START WITHOUT POSTDATED' })
    }
  })
})

async function newRealm(made: MemoryRealm): Promise<void> {
  realm = made
  lines = []
  const first = async (name: string, attributes = 0) => [name, (await realm.add(name, { attributes, etypes: [18] }))[0]!] as const
  keys = new Map([
    [`krbtgt/${REALM}`, (await realm.addTgs())[0]!],
    await first('alice'),
    await first('bob', PrincipalAttribute.DISALLOW_SVR),
    await first('host/web'),
    await first('WELLKNOWN/ANONYMOUS'),
  ])
  const env = { clock: { now: () => ({ seconds: now, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }
  kdc = createKdc({ realms: [realm], env, log: (level, text) => void lines.push(`${level} ${text}`), maxDatagram: 65_535 })
  alice = await login('alice', { options: KdcOptions.PROXIABLE | KdcOptions.FORWARDABLE | KdcOptions.RENEWABLE })
  bob = await login('bob')
}

async function login(client: string, more: Partial<AskAs> = {}): Promise<Held> {
  return openAsRep(await say(asReq(REALM, { client, ...more })), keys.get(client)!)
}

/** With alice's TGT; user to user unless said otherwise. */
function ask(wanted: Omit<AskTgs, 'now'>, second: readonly Held[]): Promise<Bytes> {
  const more = { ...(second.length > 0 && { additionalTickets: second.map(({ ticket }) => ticket) }), ...wanted.more }
  return say(tgsReq(REALM, alice, { now, options: KdcOptions.ENC_TKT_IN_SKEY, ...wanted, more }))
}

function edited(held: Held, change: Partial<Held['ticket']['value']>): Held {
  const value = { ...held.ticket.value, ...change }
  return { ...held, ticket: preserve(Ticket, value) }
}

async function say(request: Bytes): Promise<Bytes> {
  return (await kdc.handle(request, PEER, 'udp'))!
}
