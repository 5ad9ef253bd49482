import { beforeEach, describe, expect, it } from 'vitest'
import { AsRep } from '../../../src/core/asn1/messages/kdc-rep.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import type { AuditEvent } from '../../../src/kdc/audit/event.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import { asReq, encryptedTimestamp, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

const NOW = 1_900_000_000
const PEER = peerAddress('192.0.2.7')

let realm: MemoryRealm
let kdc: Kdc
let events: AuditEvent[]
let available: boolean
let key: Key

beforeEach(async () => {
  events = []
  available = true
  realm = new MemoryRealm()
  await realm.addTgs()
  const [first] = await realm.add('alice', { password: 'pw', attributes: PrincipalAttribute.REQUIRES_PRE_AUTH })
  await realm.add('host/web', {})
  key = first!
  const audit = {
    record: (members: string) => void events.push(JSON.parse(`{${members}}`)),
    get available() {
      return available
    },
    firstSeen: () => false,
  }
  kdc = createKdc({
    realms: [realm],
    env: { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: length => crypto.getRandomValues(new Uint8Array(length)) },
    log: () => {},
    audit,
    maxDatagram: 4096,
  })
})

describe('audit events of the KDC', () => {
  it('tells of a request that must prove more, of the log-in, and of every use of its ticket by one name', async () => {
    refusal(await kdc.handle(asReq(REALM, { client: 'alice' }), PEER, 'udp'))
    const tgt = await logIn()
    await ask(tgt, { server: 'host/web', now: NOW })
    expect(events).toMatchObject([
      {
        event: 'as',
        outcome: 'failure',
        status: 'NEEDED_PREAUTH',
        error: { code: 'KRB5KDC_ERR_PREAUTH_REQUIRED', number: 25 },
        client: `alice@${REALM}`,
        client_known: true,
        server: `krbtgt/${REALM}@${REALM}`,
        address: '192.0.2.7',
        pkinit: null,
      },
      { event: 'as', outcome: 'success', status: 'ISSUE', preauth: 'encrypted_timestamp', ticket: { authtime: '2030-03-17T17:46:40Z' } },
      { event: 'tgs', kind: 'service', outcome: 'success', server: `host/web@${REALM}`, client: `alice@${REALM}`, client_known: true },
    ])
    const [, login, use] = events as [unknown, { ticket: { id: string; flags: string[] } }, { header_ticket: { id: string } }]
    expect(login.ticket.id).toMatch(/^[0-9a-f]{32}$/)
    expect(login.ticket.flags).toContain('pre-authent')
    expect(use.header_ticket).toEqual({
      id: login.ticket.id,
      server: `krbtgt/${REALM}@${REALM}`,
      client: `alice@${REALM}`,
      authtime: '2030-03-17T17:46:40Z',
    })
    expect(use).not.toHaveProperty('cross_realm')
  })
  it('says who is not known, and what of a refused request could be read', async () => {
    await kdc.handle(asReq(REALM, { client: 'mallory' }), PEER, 'udp')
    const tgt = await logIn()
    await kdc.handle(tgsReq(REALM, tgt, { server: 'host/none', now: NOW }), PEER, 'udp')
    await kdc.handle(tgsReq(REALM, { ...tgt, key }, { server: 'host/web', now: NOW }), PEER, 'udp')
    expect(
      events.map(event => [event.event, event.status, 'client_known' in event && event.client_known, 'header_ticket' in event]),
    ).toEqual([
      ['as', 'CLIENT_NOT_FOUND', false, false],
      ['as', 'ISSUE', true, false],
      ['tgs', 'LOOKING_UP_SERVER', true, true],
      ['tgs', 'PROCESS_TGS', false, false],
    ])
  })
  it('names the kind of a TGS request', async () => {
    const options = KdcOptions.FORWARDABLE | KdcOptions.PROXIABLE | KdcOptions.RENEWABLE
    const tgt = await logIn(options, NOW + 7200)
    const krbtgt = `krbtgt/${REALM}`
    for (const [server, asked] of [
      [krbtgt, KdcOptions.RENEW],
      [krbtgt, KdcOptions.FORWARDED],
      ['host/web', KdcOptions.PROXY],
      [krbtgt, KdcOptions.VALIDATE],
    ] as const)
      await kdc.handle(tgsReq(REALM, tgt, { server, options: asked, now: NOW }), PEER, 'udp')
    expect(events.slice(1).map(event => [event.event === 'tgs' && event.kind, event.outcome])).toEqual([
      ['renew', 'success'],
      ['forward', 'success'],
      ['proxy', 'success'],
      ['validate', 'failure'],
    ])
  })
  it('tells of one event for a request and none for its repeat', async () => {
    const message = asReq(REALM, { client: 'alice' })
    await kdc.handle(message, PEER, 'udp')
    await kdc.handle(message, PEER, 'udp')
    expect(events).toHaveLength(1)
  })
  it('answers error 29 and does nothing while nothing can be written down', async () => {
    available = false
    const answer = refusal(await kdc.handle(asReq(REALM, { client: 'alice', padata: [encryptedTimestamp(key, NOW)] }), PEER, 'udp'))
    expect([answer.errorCode, answer.eText]).toEqual([29, 'AUDIT_UNAVAILABLE'])
    expect(events).toEqual([])
  })
})

async function logIn(options = 0, rtime?: number): Promise<Held> {
  const ask = { client: 'alice', options, padata: [encryptedTimestamp(key, NOW)], till: NOW + 3600, ...(rtime !== undefined && { rtime }) }
  const reply = await kdc.handle(asReq(REALM, ask), PEER, 'udp')
  AsRep.decode(reply!)
  return openAsRep(reply!, key)
}

async function ask(tgt: Held, about: { server: string; now: number }): Promise<Held> {
  return openTgsRep((await kdc.handle(tgsReq(REALM, tgt, about), PEER, 'udp'))!, tgt)
}
