import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Bytes, concat } from '../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { NameType } from '../../../src/core/registry/name-type.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import type { RealmPolicy } from '../../../src/kdc/realm-settings.ts'
import { TlType } from '../../../src/kdc/store/tl-data.ts'
import { type AskTgs, asReq, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

/** Other names of clients and servers: aliases, enterprise names, referrals (RFC 6806). */
const NOW = 1_900_000_000
const PEER = peerAddress('192.0.2.7')

let realm: MemoryRealm
let kdc: Kdc
let aliceKey: Key

beforeEach(() => newRealm())

describe('a client by another name', () => {
  it('is called as it asked, or by its own name when it is ready for that', async () => {
    await alias('al', 'alice')
    await alias('a', 'al')
    for (const name of ['al', 'a']) {
      expect((await login(name)).client.components).toEqual([name])
      expect((await login(name, KdcOptions.CANONICALIZE)).client.components).toEqual(['alice'])
    }
  })

  it('enterprise: found by an alias, or spelt out when it is ready for its own name', async () => {
    const enterprise = { cname: { nameType: NameType.ENTERPRISE, nameString: [`alice@${REALM}`] } }
    const ask = (options: number, more: object = enterprise) => say(asReq(REALM, { client: 'x', options, more }))
    expect(openAsRep(await ask(KdcOptions.CANONICALIZE), aliceKey).client).toEqual({ type: 1, realm: REALM, components: ['alice'] })
    expect(refusal(await ask(0))).toMatchObject({ errorCode: 6, eText: 'CLIENT_NOT_FOUND' })
    for (const spelt of ['alice@ELSEWHERE', 'a@b@c', 'alice\\'])
      expect(refusal(await ask(KdcOptions.CANONICALIZE, { cname: { nameType: NameType.ENTERPRISE, nameString: [spelt] } })).errorCode).toBe(
        6,
      )
    await alias('alice\\@mail.test', 'alice')
    const mail = { cname: { nameType: NameType.ENTERPRISE, nameString: ['alice@mail.test'] } }
    expect(openAsRep(await ask(0, mail), aliceKey).client.components).toEqual(['alice@mail.test'])
  })
})

describe('a server by another name', () => {
  it('is issued by the name that was asked for, under its own key', async () => {
    const [key] = await realm.add('host/web.test')
    await alias('host/web', 'host/web.test')
    await alias('http/web', 'host/web')
    const tgt = await login('alice')
    for (const options of [0, KdcOptions.CANONICALIZE]) {
      const got = openTgsRep(await ask(tgt, { server: 'http/web', options }), tgt)
      expect(got.ticket.value.sname.nameString).toEqual(['http', 'web'])
      expect(got.ticket.value.encPart.etype).toBe(key!.etype)
    }
  })

  it('in another realm: a TGT for the realm that [domain_realm] knows, when the client is ready for it', async () => {
    await newRealm({
      realmOfHost: host => (host.endsWith('.far.test') ? 'FAR.TEST' : REALM),
      hostBasedServices: ['http'],
      noHostReferral: ['ldap'],
    })
    await realm.add('krbtgt/FAR.TEST')
    const tgt = await login('alice')
    const of = (name: string, nameType: number, options: number = KdcOptions.CANONICALIZE) =>
      ask(tgt, { server: name, options, more: { sname: { nameType, nameString: name.split('/') } } })
    for (const [name, type] of [
      ['host/db.far.test', NameType.SRV_HST],
      ['host/db.far.test', NameType.SRV_INST],
      ['http/db.far.test', NameType.UNKNOWN],
    ] as const) {
      const { part, ticket } = openTgsRep(await of(name, type), tgt)
      expect(ticket.value.sname.nameString).toEqual(['krbtgt', 'FAR.TEST'])
      expect(part.sname?.nameString).toEqual(['krbtgt', 'FAR.TEST'])
    }
    for (const [name, type, options] of [
      ['host/db.far.test', NameType.SRV_HST, 0],
      ['host/db.far.test', NameType.PRINCIPAL, undefined],
      ['host/db.far.test', NameType.UNKNOWN, undefined],
      ['ldap/db.far.test', NameType.SRV_HST, undefined],
      ['host/db', NameType.SRV_HST, undefined],
      ['host/db.near.test', NameType.SRV_HST, undefined],
      ['host/db.far.test', NameType.SRV_HST, KdcOptions.CANONICALIZE | KdcOptions.ENC_TKT_IN_SKEY],
    ] as const)
      expect(refusal(await of(name, type, options))).toMatchObject({ errorCode: 7, eText: 'LOOKING_UP_SERVER' })
  })

  it('in another realm that we share no key with: unknown', async () => {
    await newRealm({ realmOfHost: () => 'FAR.TEST' })
    const tgt = await login('alice')
    const more = { sname: { nameType: NameType.SRV_HST, nameString: ['host', 'db.far.test'] } }
    expect(refusal(await ask(tgt, { server: 'host/db.far.test', options: KdcOptions.CANONICALIZE, more }))).toMatchObject({
      errorCode: 7,
      eText: 'UNKNOWN_SERVER',
    })
  })
})

async function newRealm(policy: Partial<RealmPolicy> = {}): Promise<void> {
  realm = new MemoryRealm(policy)
  await realm.addTgs()
  aliceKey = (await realm.add('alice'))[0]!
  const env = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }
  kdc = createKdc({ realms: [realm], env, log: () => {}, maxDatagram: 65_535 })
}

function alias(name: string, target: string): Promise<unknown> {
  const contents = concat(encodeText(`${target}@${REALM}`), Uint8Array.of(0))
  return realm.add(name, { tlData: [{ type: TlType.ALIAS_TARGET, contents }], keyData: [] })
}

async function login(client: string, options = 0): Promise<Held> {
  return openAsRep(await say(asReq(REALM, { client, options })), aliceKey)
}

function ask(tgt: Held, wanted: Omit<AskTgs, 'now'>): Promise<Bytes> {
  return say(tgsReq(REALM, tgt, { now: NOW, ...wanted }))
}

async function say(request: Bytes): Promise<Bytes> {
  return (await kdc.handle(request, PEER, 'udp'))!
}
