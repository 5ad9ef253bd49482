import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { EtypeInfo, EtypeInfo2, MethodData, type PaData } from '../../../src/core/asn1/messages/pa-data.ts'
import { EncTicketPart } from '../../../src/core/asn1/messages/ticket.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import { openData, randomKey } from '../../../src/core/crypto/encrypted-data.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import { createKdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import type { RealmPolicy } from '../../../src/kdc/realm-settings.ts'
import { stringsContents, TlType } from '../../../src/kdc/store/tl-data.ts'
import { asReq, encryptedTimestamp, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

const NOW = 1_900_000_000
const ALL = [18, 17, 20, 19, 16, 23, 25, 26]

/** A realm with a krbtgt key of `tgs` and a server with a key of `server`. */
async function startKdc(policy: Partial<RealmPolicy> = {}, tgs: readonly number[] = [18], server: readonly number[] = [18]) {
  const realm = new MemoryRealm(policy)
  await realm.add(`krbtgt/${REALM}`, { etypes: tgs })
  const [serverKey] = await realm.add('host/server', { etypes: server })
  const lines: string[] = []
  const env = {
    clock: { now: () => ({ seconds: NOW, micros: 0 }), monotonicMs: () => 0 },
    random: (length: number) => new Uint8Array(randomBytes(length)),
  }
  const log = (_level: string, line: string) => {
    lines.push(line)
  }
  const kdc = createKdc({ realms: [realm], env, log, maxDatagram: 4096 })
  const say = async (request: Uint8Array) => (await kdc.handle(request, peerAddress('192.0.2.7'), 'udp'))!
  return { realm, say, lines, serverKey: serverKey! }
}

describe.each([16, 23, 25, 26])('enctype %i', etype => {
  it('serves as key of client, krbtgt, server, and as session key and subkey', async () => {
    const { realm, say, serverKey } = await startKdc({ sessionEtypes: ALL }, [etype], [etype])
    const attributes = PrincipalAttribute.REQUIRES_PRE_AUTH
    const [key] = await realm.add('alice', { password: 'pw', etypes: [etype], attributes })
    const needed = refusal(await say(asReq(REALM, { client: 'alice', etypes: ALL })))
    const info = MethodData.decode(needed.eData!).find(({ padataType }) => padataType === PaType.ETYPE_INFO2)
    expect(EtypeInfo2.decode(info!.padataValue).map(entry => entry.etype)).toEqual([etype])
    const padata = [encryptedTimestamp(key!, NOW)]
    const tgt = openAsRep(await say(asReq(REALM, { client: 'alice', etypes: [etype], padata })), key!)
    expect(tgt.key.etype).toBe(etype)
    for (const subkey of [undefined, randomKey(etype, randomBytes)]) {
      const ask = { server: 'host/server', now: NOW, etypes: [etype], ...(subkey !== undefined && { subkey }) }
      const got = openTgsRep(await say(tgsReq(REALM, tgt, ask)), tgt, subkey)
      expect(got.key.etype).toBe(etype)
      const ticket = EncTicketPart.decode(openData(serverKey, KeyUsage.KDC_REP_TICKET, got.ticket.value.encPart))
      expect(ticket.key.keytype).toBe(etype)
    }
  })

  it('is as if it were not there when it is not permitted', async () => {
    const permittedEtypes = ALL.filter(id => id !== etype)
    const { realm, say, lines } = await startKdc({ permittedEtypes, sessionEtypes: permittedEtypes }, [18], [etype])
    await realm.add('only', { password: 'pw', etypes: [etype] })
    const [key] = await realm.add('alice', { password: 'pw', etypes: [etype, 18] })
    expect(refusal(await say(asReq(REALM, { client: 'only', etypes: ALL })))).toMatchObject({
      errorCode: 14,
      eText: 'CANT_FIND_CLIENT_KEY',
    })
    expect(refusal(await say(asReq(REALM, { client: 'alice', etypes: [etype] })))).toMatchObject({
      errorCode: 14,
      eText: 'BAD_ENCRYPTION_TYPE',
    })
    expect(key!.etype).toBe(etype)
    const tgs = refusal(await say(asReq(REALM, { client: 'alice', server: 'host/server', etypes: ALL })))
    expect(tgs).toMatchObject({ errorCode: 60, eText: 'FINDING_SERVER_KEY' })
    expect(lines.at(-1)).toMatch(/FINDING_SERVER_KEY: .*, No matching key in entry having a permitted enctype$/)
  })
})

describe('hints for the key of a password', () => {
  const types = (padata: readonly PaData[]) => padata.map(({ padataType }) => padataType)

  it.each([
    [[23], [11, 19, 2], [11, 19, 3]],
    [
      [16, 23, 3, -1],
      [11, 19, 2],
      [11, 19, 3],
    ],
    [[23, 18], [19, 2], [19]],
    [[25, 23], [19, 2], [19]],
  ])('for a client that asks for %j', async (etypes, asked, replied) => {
    const { realm, say } = await startKdc({ sessionEtypes: ALL }, ALL)
    const attributes = PrincipalAttribute.REQUIRES_PRE_AUTH
    const [key] = await realm.add('alice', { password: 'pw', etypes: [23], attributes })
    const needed = MethodData.decode(refusal(await say(asReq(REALM, { client: 'alice', etypes }))).eData!)
    expect(types(needed)).toEqual(asked)
    const padata = [encryptedTimestamp(key!, NOW)]
    const { padata: hints } = openAsRep(await say(asReq(REALM, { client: 'alice', etypes, padata })), key!)
    expect(types(hints)).toEqual(replied)
    const info = [{ etype: 23, salt: encodeText(`${REALM}alice`) }]
    for (const { padataType, padataValue } of hints) {
      if (padataType === 11) expect(EtypeInfo.decode(padataValue)).toEqual(info)
      else if (padataType === 19) expect(EtypeInfo2.decode(padataValue)).toEqual(info)
      else expect(padataValue).toEqual(info[0]!.salt)
    }
  })
})

describe('session keys', () => {
  const without = ALL.filter(id => id !== 16 && id !== 23)

  it.each([16, 23])('%i is none unless allowed, though the key in use may be', async etype => {
    const { realm, say, lines } = await startKdc({ sessionEtypes: without }, [etype, 18])
    const [key] = await realm.add('alice', { password: 'pw', etypes: [etype] })
    const tgt = openAsRep(await say(asReq(REALM, { client: 'alice', etypes: [etype, 18] })), key!)
    expect(tgt.key.etype).toBe(18)
    expect(lines.at(-1)).toMatch(new RegExp(`rep=DEPRECATED:[a-z0-9-]+\\(${etype}\\), tkt=DEPRECATED:[a-z0-9-]+\\(${etype}\\), ses=aes256`))
    expect(refusal(await say(asReq(REALM, { client: 'alice', etypes: [etype] })))).toMatchObject({
      errorCode: 14,
      eText: 'BAD_ENCRYPTION_TYPE',
    })
  })

  it('are of an enctype that the server has a key of, or is said to take', async () => {
    const { realm, say } = await startKdc({ sessionEtypes: ALL }, [18, 23])
    const strings = (value: string) => [{ type: TlType.STRING_ATTRS, contents: stringsContents(new Map([['session_enctypes', value]]))! }]
    await realm.add('http/rc4', { tlData: strings('rc4 camellia') })
    const [key] = await realm.add('alice', { password: 'pw', etypes: [18] })
    const session = async (server: string, etypes: readonly number[]) =>
      openAsRep(await say(asReq(REALM, { client: 'alice', server, etypes })), key!).key.etype
    expect(await session(`krbtgt/${REALM}`, [16, 23, 18])).toBe(23)
    expect(await session(`krbtgt/${REALM}`, [16, 26, 18])).toBe(18)
    expect(await session('http/rc4', [18, 16, 26, 23])).toBe(26)
  })

  it('that a client brings are of permitted enctypes', async () => {
    const { realm, say, lines } = await startKdc({ permittedEtypes: [18, 17] })
    const [key] = await realm.add('alice', { password: 'pw', etypes: [18] })
    const tgt = openAsRep(await say(asReq(REALM, { client: 'alice', etypes: [18] })), key!)
    const subkey = randomKey(23, randomBytes)
    const refused = refusal(await say(tgsReq(REALM, tgt, { server: 'host/server', now: NOW, subkey })))
    expect(refused).toMatchObject({ errorCode: 60, eText: 'PROCESS_TGS' })
    expect(lines.at(-1)).toMatch(/, Encryption type arcfour-hmac not permitted$/)
  })
})
