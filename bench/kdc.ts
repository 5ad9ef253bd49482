import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { makeApReq } from '../src/core/ap/make-ap-req.ts'
import { EncryptedData } from '../src/core/asn1/messages/encrypted-data.ts'
import { AsRep, EncKdcRepPart } from '../src/core/asn1/messages/kdc-rep.ts'
import { AsReq, KdcReqBody, TgsReq } from '../src/core/asn1/messages/kdc-req.ts'
import { PaEncTsEnc } from '../src/core/asn1/messages/pa-data.ts'
import { Ticket } from '../src/core/asn1/messages/ticket.ts'
import { preserve } from '../src/core/asn1/schema.ts'
import { makeChecksum } from '../src/core/crypto/checksum.ts'
import { openData, prepareKey, randomKey, sealData } from '../src/core/crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../src/core/crypto/etype.ts'
import { keyFromPassword } from '../src/core/crypto/string-to-key.ts'
import { KeyUsage } from '../src/core/registry/key-usage.ts'
import { NameType } from '../src/core/registry/name-type.ts'
import { PaType } from '../src/core/registry/pa-type.ts'
import { Secret } from '../src/core/secret/secret.ts'
import { forgedTicket } from '../test/helpers/forged-ticket.ts'
import { type PeerRealm, startMitRealm } from '../test/helpers/mit-realm.ts'
import { startOwnRealm } from '../test/helpers/own-realm.ts'
import { which } from '../test/helpers/process.ts'
import { askUdp } from '../test/helpers/udp.ts'
import { load } from './load.ts'

/**
 * CPU time per request of tkrb5kdc beside MIT's krb5kdc (when installed) on the same machine in the same run: AS without
 * pre-authentication, AS with an encrypted timestamp, TGS with one TGT and with one for each request, the same two with TGTs of another realm by way of a third, unknown client. Enctype 18. MIT runs with its default database and
 * settings, and once without the stamps that cost it an fsync per log-in.
 */
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 20_000)
/** For JIT, caches and pools. */
const WARM_UP = 5000
const REALM = 'BENCH.TEST'
const ISSUER = 'MIDDLE.TEST'
const FOREIGN = 'FOREIGN.TEST'
/** Of FOREIGN's KDC; nobody here can tell. */
const PAC_KEY = randomKey(18, random)
const TRUST = `krbtgt/${REALM}@${ISSUER}`
const SECTIONS = ['[capaths]', `${FOREIGN} = {`, ` ${REALM} = ${ISSUER}`, '}']
const SETUP = [
  `addprinc -pw trustpw ${TRUST}`,
  'addprinc -pw plainpw plain',
  'addprinc -pw carefulpw +requires_preauth careful',
  'addprinc -randkey host/bench.test',
]

interface Row {
  readonly name: string
  readonly start: () => Promise<PeerRealm>
}

const own: Row = { name: 'tkrb5kdc', start: () => startOwnRealm({ realm: REALM, setup: SETUP, sections: SECTIONS }) }
const mit: readonly Row[] = [
  { name: 'krb5kdc, defaults', start: () => startMitRealm({ realm: REALM, setup: SETUP, sections: SECTIONS }) },
  {
    name: 'krb5kdc, no stamps',
    start: () =>
      startMitRealm({
        realm: REALM,
        setup: SETUP,
        sections: SECTIONS,
        dbDefaults: ['disable_last_success = true', 'disable_lockout = true'],
      }),
  },
]
const audited: Row = {
  name: 'tkrb5kdc, audit',
  start: () =>
    startOwnRealm({
      realm: REALM,
      setup: SETUP,
      logging: [`kdc = FILE:${tmpdir()}/tkrb5-bench-${process.pid}.log`, `audit = FILE:${tmpdir()}/tkrb5-bench-${process.pid}.json`],
    }),
}
const rows = which('krb5kdc') === undefined ? [own, audited] : [own, audited, ...mit]

console.log(`CPU us per request (requests per second), ${REQUESTS} requests, 32 outstanding, node ${process.version}`)
console.log(
  ['KDC'.padEnd(20), 'AS', 'AS + timestamp', 'TGS', 'cross-realm TGS', 'TGS, new TGTs', 'same, cross-realm', 'unknown client']
    .map(cell => cell.padEnd(18))
    .join(''),
)
for (const row of rows) {
  const realm = await row.start()
  try {
    const cells: string[] = []
    for (const kind of [
      plainRequests,
      preauthRequests,
      tgsRequests,
      foreignTgsRequests,
      newcomersTgsRequests,
      foreignNewcomersTgsRequests,
      unknownRequests,
    ]) {
      const requests = await kind(realm)
      await load(
        realm.port,
        realm.daemons.map(daemon => daemon.pid),
        requests.slice(0, WARM_UP),
      )
      const result = await load(
        realm.port,
        realm.daemons.map(daemon => daemon.pid),
        requests.slice(WARM_UP),
      )
      cells.push(`${result.cpuUs.toFixed(0)} (${result.perSecond.toFixed(0)})`)
    }
    console.log([row.name.padEnd(20), ...cells].map(cell => cell.padEnd(18)).join(''))
  } finally {
    await realm.stop()
  }
}

async function plainRequests(): Promise<Uint8Array[]> {
  return make(() => asReq('plain', []))
}

async function unknownRequests(): Promise<Uint8Array[]> {
  return make(() => asReq('nobody', []))
}

async function preauthRequests(): Promise<Uint8Array[]> {
  const key = prepareKey(await userKey('careful'))
  return make(() => {
    const stamp = PaEncTsEnc.encode({ patimestamp: Math.floor(Date.now() / 1000), pausec: Math.floor(Math.random() * 1e6) })
    const padataValue = EncryptedData.encode(sealData(key, KeyUsage.AS_REQ_PA_ENC_TS, stamp, random))
    return asReq('careful', [{ padataType: PaType.ENC_TIMESTAMP, padataValue }])
  })
}

/** All with one TGT. */
async function tgsRequests(realm: PeerRealm): Promise<Uint8Array[]> {
  const tgt = await freshTgt(realm, await userKey('plain'))
  return make(() => tgsReq(tgt))
}

/** Each with a TGT of its own. */
async function newcomersTgsRequests(realm: PeerRealm): Promise<Uint8Array[]> {
  const key = prepareKey(await userKey('plain'))
  const requests: Uint8Array[] = []
  while (requests.length < REQUESTS + WARM_UP) requests.push(tgsReq(await freshTgt(realm, key)))
  return requests
}

/** All with one TGT of a user from afar. */
async function foreignTgsRequests(): Promise<Uint8Array[]> {
  const tgt = foreignTgt(await trustKey())
  return make(() => tgsReq(tgt))
}

async function foreignNewcomersTgsRequests(): Promise<Uint8Array[]> {
  const key = await trustKey()
  return make(() => tgsReq(foreignTgt(key)))
}

function foreignTgt(key: Key): Tgt {
  const now = Math.floor(Date.now() / 1000)
  const times = { authtime: now - 60, endtime: now + 36_000, renewTill: now + 86_400 }
  const client = `plain@${FOREIGN}`
  const held = forgedTicket({ key, kvno: 1, server: TRUST, client, flags: 0x40a00000, ...times, pacKey: PAC_KEY })
  return { ticket: held.ticket.octets, sessionKey: prepareKey(held.key), realm: FOREIGN }
}

function trustKey(): Promise<Key> {
  return keyFromPassword(18, new Secret(Buffer.from('trustpw')), Buffer.from(`${ISSUER}krbtgt${REALM}`))
}

interface Tgt {
  readonly ticket: Uint8Array
  readonly sessionKey: PreparedKey
  /** The client's. */
  readonly realm: string
}

async function freshTgt(realm: PeerRealm, key: Key | PreparedKey): Promise<Tgt> {
  const reply = AsRep.decode(await askUdp(realm.port, asReq('plain', [])))
  const part = EncKdcRepPart.decode(openData(key, KeyUsage.AS_REP_ENCPART, reply.encPart))
  return {
    ticket: Ticket.encode(reply.ticket.value),
    sessionKey: prepareKey({ etype: part.key.keytype, value: part.key.keyvalue }),
    realm: REALM,
  }
}

function tgsReq({ ticket, sessionKey, realm }: Tgt): Uint8Array {
  const reqBody = preserve(KdcReqBody, { ...body(), sname: { nameType: NameType.SRV_HST, nameString: ['host', 'bench.test'] } })
  const terms = {
    client: { type: NameType.PRINCIPAL, realm, components: ['plain'] },
    ticket,
    sessionKey,
    usage: KeyUsage.TGS_REQ_AUTH,
    now: { seconds: Math.floor(Date.now() / 1000), micros: Math.floor(Math.random() * 1e6) },
    cksum: makeChecksum(sessionKey, KeyUsage.TGS_REQ_AUTH_CKSUM, reqBody.octets),
  }
  const padataValue = makeApReq(terms, { random }).message
  return TgsReq.encode({ padata: [{ padataType: PaType.TGS_REQ, padataValue }], reqBody })
}

function asReq(name: string, padata: readonly { padataType: number; padataValue: Uint8Array }[]): Uint8Array {
  const cname = { nameType: NameType.PRINCIPAL, nameString: [name] }
  const sname = { nameType: NameType.SRV_INST, nameString: ['krbtgt', REALM] }
  return AsReq.encode({ padata: padata.length === 0 ? undefined : padata, reqBody: preserve(KdcReqBody, { ...body(), cname, sname }) })
}

function body() {
  return {
    kdcOptions: 0x40800000,
    realm: REALM,
    till: Math.floor(Date.now() / 1000) + 36_000,
    rtime: Math.floor(Date.now() / 1000) + 86_400,
    nonce: randomBytes(4).readUInt32BE() >>> 1,
    etype: [18, 17, 20, 19],
  }
}

function make(one: () => Uint8Array): Uint8Array[] {
  return Array.from({ length: REQUESTS + WARM_UP }, one)
}

function userKey(name: string): Promise<Key> {
  return keyFromPassword(18, new Secret(Buffer.from(`${name}pw`)), Buffer.from(`${REALM}${name}`))
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length))
}
