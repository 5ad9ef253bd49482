import { randomBytes } from 'node:crypto'
import { AsReq, KdcReqBody } from '../src/core/asn1/messages/kdc-req.ts'
import { EncTicketPart } from '../src/core/asn1/messages/ticket.ts'
import { preserve, type Schema } from '../src/core/asn1/schema.ts'
import { prepareKey, randomKey } from '../src/core/crypto/encrypted-data.ts'
import { ETYPES } from '../src/core/crypto/etypes/index.ts'
import { NameType } from '../src/core/registry/name-type.ts'
import { Secret } from '../src/core/secret/secret.ts'

/** Microseconds of CPU time per operation, best of several loops: messages of a log-in, and each enctype on 250 octets, with a key in use and a new one. */
const LOOPS = 10
const PER_LOOP = 2000
const REALM = 'BENCH.TEST'
const CNAME = { nameType: NameType.PRINCIPAL, nameString: ['alice'] }
const TGS = { nameType: NameType.SRV_INST, nameString: ['krbtgt', REALM] }
const random = (length: number) => new Uint8Array(randomBytes(length))

const body = {
  kdcOptions: 0x40800010,
  cname: CNAME,
  realm: REALM,
  sname: TGS,
  till: 1_900_000_000,
  rtime: 1_900_036_000,
  nonce: 0x12345678,
  etype: [18, 17, 20, 19],
}
const ticket = {
  flags: 0x50e10000,
  key: { keytype: 18, keyvalue: new Secret(random(32)) },
  crealm: REALM,
  cname: CNAME,
  transited: { trType: 1, contents: new Uint8Array(0) },
  authtime: 1_800_000_000,
  starttime: 1_800_000_000,
  endtime: 1_800_036_000,
}

console.log(`CPU us per operation, node ${process.version}`)
console.log(row('message', 'octets', 'encode', 'decode'))
measureMessage('KDC-REQ-BODY', KdcReqBody, body)
measureMessage('AS-REQ', AsReq, { padata: undefined, reqBody: preserve(KdcReqBody, body) })
measureMessage('EncTicketPart', EncTicketPart, ticket)

console.log(row('\nenctype', 'encrypt', 'decrypt', 'checksum', 'new key', 'string-to-key (ms)'))
const text = random(250)
for (const etype of ETYPES) {
  const key = randomKey(etype.id, random)
  const prepared = prepareKey(key)
  const confounder = random(etype.confounderBytes)
  const sealed = etype.encrypt(prepared, 2, text, confounder)
  const cells = [
    best(() => etype.encrypt(prepared, 2, text, confounder)),
    best(() => etype.decrypt(prepared, 2, sealed)),
    best(() => etype.checksum(prepared, 6, text)),
    best(() => etype.encrypt(prepareKey(key), 2, text, confounder)),
  ]
  const start = process.cpuUsage()
  await etype.stringToKey(new TextEncoder().encode('password'), new TextEncoder().encode(`${REALM}alice`))
  const { user, system } = process.cpuUsage(start)
  console.log(row(etype.names[0], ...cells.map(us => us.toFixed(1)), ((user + system) / 1000).toFixed(1)))
}

function measureMessage<T>(name: string, schema: Schema<T>, value: T): void {
  const octets = schema.encode(value).slice()
  const cells = [best(() => schema.encode(value)), best(() => schema.decode(octets))]
  console.log(row(name, String(octets.length), ...cells.map(us => us.toFixed(1))))
}

function best(operation: () => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let loop = 0; loop < LOOPS; loop++) {
    const start = process.cpuUsage()
    for (let i = 0; i < PER_LOOP; i++) operation()
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, (user + system) / PER_LOOP)
  }
  return least
}

function row(...cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(26) : cell.padStart(10))).join('')
}
