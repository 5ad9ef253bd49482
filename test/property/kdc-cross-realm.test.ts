import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { messageType } from '../../src/core/asn1/messages/message-type.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { KdcOptions } from '../../src/core/flags/kdc-options.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { unparsePrincipal } from '../../src/core/principal/principal.ts'
import { hierarchicalPath } from '../../src/core/realm-path/path.ts'
import { MsgType } from '../../src/core/registry/msg-type.ts'
import { decodeTransited } from '../../src/core/transited/decode.ts'
import { encodeTransited } from '../../src/core/transited/encode.ts'
import { createKdc, type Kdc } from '../../src/kdc/handler.ts'
import { peerAddress } from '../../src/kdc/peer-address.ts'
import { forgedTicket } from '../helpers/forged-ticket.ts'
import { openTgsRep, refusal, tgsReq } from '../helpers/kdc-talk.ts'
import { MemoryRealm } from '../helpers/memory-realm.ts'

/** Other realms hold the keys that they share with us, and so may write into a TGT what they like (threat T14). */
const NOW = 1_900_000_000
const OURS = 'OURS.EAST'
const ISSUERS = ['EAST', 'X.EAST', 'WEST', '/COM'] as const
const PEER = peerAddress('192.0.2.7')
const env = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }

const realm = fc.constantFrom('EAST', 'X.EAST', 'WEST', 'A.WEST', 'B.A.WEST', '/COM', '/COM/HP', 'LOST', OURS)
const octets = fc.oneof(
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 3, arbitrary: fc.array(realm, { maxLength: 5 }).map(encodeTransited) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom('EAST', 'WEST', 'A.', 'B.', '/COM', '/HP', ',', ',', ' ', '\\', '\0'), { maxLength: 12 })
      .map(parts => new Uint8Array(Buffer.from(parts.join(''), 'latin1'))),
  },
  { weight: 1, arbitrary: fc.nat(70_000).map(length => new Uint8Array(length).fill(0x41)) },
  { weight: 1, arbitrary: fc.nat(20_000).map(length => new Uint8Array(length).fill(0x2c)) },
)

describe('forged TGTs of other realms', () => {
  let kdc: Kdc
  let lines: string[]
  const keys = new Map<string, Awaited<ReturnType<MemoryRealm['add']>>[number]>()

  beforeAll(async () => {
    const ours = new MemoryRealm({ realm: OURS, rejectBadTransit: false })
    await ours.addTgs()
    await ours.add('host/web')
    await ours.add('krbtgt/WEST')
    for (const issuer of ISSUERS) {
      const name = unparsePrincipal({ type: 2, realm: issuer, components: ['krbtgt', OURS] })
      keys.set(issuer, (await ours.add(name))[0]!)
    }
    kdc = createKdc({ realms: [ours], env, log: (level, text) => void lines.push(`${level} ${text}`), maxDatagram: 1 << 20 })
  })

  it('never get a path beside the way vouched for, nor one of our names, and end no server', async () => {
    const counts = { vouched: 0, issued: 0, refused: 0 }
    const given = fc.record({
      issuer: fc.constantFrom(...ISSUERS),
      crealm: realm,
      trType: fc.constantFrom(1, 1, 1, 0, -1),
      contents: octets,
      flags: fc.constantFrom(0, TicketFlags.TRANSITED_POLICY_CHECKED, 0xffff_ffff & ~TicketFlags.INVALID),
      server: fc.constantFrom('host/web', `krbtgt/${OURS}`, 'krbtgt/WEST', 'krbtgt/A.WEST'),
      options: fc.constantFrom(0, KdcOptions.DISABLE_TRANSITED_CHECK, KdcOptions.CANONICALIZE),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ issuer, crealm, trType, contents, flags, server, options }) => {
        lines = []
        const tgt = forgedTicket({
          key: keys.get(issuer)!,
          kvno: 1,
          server: unparsePrincipal({ type: 2, realm: issuer, components: ['krbtgt', OURS] }),
          client: unparsePrincipal({ type: 1, realm: crealm, components: ['u'] }),
          transited: { trType, contents },
          flags,
          authtime: NOW - 100,
          endtime: NOW + 1000,
        })
        const reply = (await kdc.handle(tgsReq(OURS, tgt, { server, options, now: NOW }), PEER, 'udp'))!
        expect(lines.filter(line => line.includes('internal error'))).toEqual([])
        for (const line of lines) expect(line.length).toBeLessThan(600)
        if (crealm === OURS) expect([12, 43]).toContain(refusal(reply).errorCode)
        if (messageType(reply) === MsgType.ERROR) counts.refused++
        else if (openTgsRep(reply, tgt).part.flags & TicketFlags.TRANSITED_POLICY_CHECKED) {
          counts.vouched++
          expect(options).not.toBe(KdcOptions.DISABLE_TRANSITED_CHECK)
          const passed =
            issuer === crealm ? decodeTransited(contents, crealm, OURS) : [...decodeTransited(contents, crealm, issuer), issuer]
          expect(hierarchicalPath(crealm, OURS).slice(0, -1)).toEqual(expect.arrayContaining([...passed]))
        } else counts.issued++
      }),
      { numRuns: 1500 },
    )
    expect(Object.values(counts).every(count => count > 0)).toBe(true)
  })
})
