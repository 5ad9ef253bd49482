import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { factsText } from '../../../src/commands/tklist/decode/facts.ts'
import { ticketFacts } from '../../../src/commands/tklist/decode/ticket.ts'
import { EncTicketPart, Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { type Bytes, EMPTY, fromHex, toHex } from '../../../src/core/bytes/bytes.ts'
import type { Credential } from '../../../src/core/ccache/credential.ts'
import { openData, sealData } from '../../../src/core/crypto/encrypted-data.ts'
import type { KeytabEntry } from '../../../src/core/keytab/keytab.ts'
import { pacOf } from '../../../src/core/pac/ticket-pac.ts'
import { fromPrincipalName, parsePrincipal } from '../../../src/core/principal/principal.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { Secret } from '../../../src/core/secret/secret.ts'

const FILE = new URL('../../../../shared/vectors/pac.json', import.meta.url)

describe.skipIf(!existsSync(FILE))('a ticket of Windows Server 2022, decoded (skipped: no ../shared/vectors)', () => {
  const row = existsSync(FILE)
    ? JSON.parse(readFileSync(FILE, 'utf8')).cases.find((one: { ticket?: string }) => one.ticket !== undefined)
    : {}
  const octets = fromHex(row.ticket ?? '')!
  const entry = (name: string, { enctype, key }: { enctype: number; key: string }): KeytabEntry => ({
    principal: parsePrincipal(name),
    kvno: 1,
    timestamp: 0,
    key: { etype: enctype, value: new Secret(fromHex(key)!) },
  })
  const serviceKey = () => entry('svc@W2022-L7.BASE', row.serverKey)
  const bothKeys = () => [serviceKey(), entry('krbtgt/W2022-L7.BASE@W2022-L7.BASE', row.kdcKey)]

  it('logon info in words, all signatures good, no session key anywhere', async () => {
    const facts = await ticketFacts(credential(octets), { keys: bothKeys(), keytab: KEYTAB }, true)
    const text = JSON.stringify(facts)
    expect(text.match(/"verdict":"good"/g)).toHaveLength(4)
    expect(text).not.toContain('WRONG')
    expect(text).toContain('S-1-5-21-133451344-1126667713-3548050118-500')
    const part = EncTicketPart.decode(openData(serviceKey().key, KeyUsage.KDC_REP_TICKET, Ticket.decode(octets).encPart))
    const session = part.key.keyvalue.use(toHex)
    expect(text + factsText(facts)).not.toContain(session)
    expect(factsText(facts)).toMatch(/^ +effective name +Administrator$/m)
  })

  it('a changed flag spoils the ticket’s signature, a changed PAC the others', async () => {
    const { key } = serviceKey()
    const ticket = Ticket.decode(octets)
    const part = EncTicketPart.decode(openData(key, KeyUsage.KDC_REP_TICKET, ticket.encPart))
    const changed = EncTicketPart.encode({ ...part, flags: (part.flags ^ 0x40000000) >>> 0 })
    const forged = Ticket.encode({ ...ticket, encPart: sealData(key, KeyUsage.KDC_REP_TICKET, changed, length => new Uint8Array(length)) })
    const text = factsText(await ticketFacts(credential(forged), { keys: bothKeys(), keytab: KEYTAB }, false))
    expect(text).toMatch(/ticket checksum\n.*\n +verdict +WRONG: Message stream modified/)
    expect(text.match(/verdict +good/g)).toHaveLength(3)
  })

  it('a PAC outside of its container is shown, and its signatures are no good', async () => {
    const { key } = serviceKey()
    const ticket = Ticket.decode(octets)
    const part = EncTicketPart.decode(openData(key, KeyUsage.KDC_REP_TICKET, ticket.encPart))
    const bare = EncTicketPart.encode({ ...part, authorizationData: [{ adType: 128, adData: pacOf(part)!.pac.octets }] })
    const moved = Ticket.encode({ ...ticket, encPart: sealData(key, KeyUsage.KDC_REP_TICKET, bare, length => new Uint8Array(length)) })
    const text = factsText(await ticketFacts(credential(moved), { keys: bothKeys(), keytab: KEYTAB }, false))
    expect(text).toMatch(/ticket checksum\n.*\n +verdict +WRONG: Message stream modified/)
  })

  it('what cannot be opened or read is said', async () => {
    expect(await ticketFacts(credential(octets), { keys: [], keytab: KEYTAB }, false)).toMatchObject({
      problem: expect.stringContaining('Key table entry not found'),
      why: [{ hint: expect.stringMatching(/^the ticket for \S+ is made with kvno \d+, \S+, at /) }, { hint: 'FILE:keytab is empty' }],
    })
    expect(await ticketFacts(credential(Uint8Array.of(1, 2)), { keys: [], keytab: KEYTAB }, false)).toMatchObject({
      problem: expect.any(String),
    })
  })
})

const KEYTAB = 'FILE:keytab'

function credential(ticket: Bytes): Credential {
  const named = ticket.length > 10 ? Ticket.decode(ticket) : undefined
  const server = named === undefined ? parsePrincipal('x@R') : fromPrincipalName(named.sname, named.realm)
  const key = { etype: 18, value: new Secret(new Uint8Array(32)) }
  const times = { authtime: 0, starttime: 0, endtime: 0, renewTill: 0 }
  return { client: server, server, key, ...times, isSkey: false, flags: 0, addresses: [], authdata: [], ticket, secondTicket: EMPTY }
}
