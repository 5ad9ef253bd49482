import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { messageType } from '../../../src/core/asn1/messages/message-type.ts'
import { EncTicketPart, Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import { type Bytes, EMPTY } from '../../../src/core/bytes/bytes.ts'
import { randomKey, sealData } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { parsePrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { MsgType } from '../../../src/core/registry/msg-type.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import { type Held, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'
import { expectedOutcome, FLAG_BITS, type Flag, OPTION_BITS, type Option, type Server, type Situation } from './oracle/tgs-options.ts'

/** Every option, alone and together with others, against every flag of the ticket presented, octets in and octets out. */
const NOW = 1_900_000_000
const PEER = peerAddress('192.0.2.7')
const NAMES: Readonly<Record<Server, string>> = { krbtgt: `krbtgt/${REALM}`, service: 'host/web' }
const OPTIONS = Object.keys(OPTION_BITS) as Option[]
/** The flags that an option can depend on, and those that are only handed on. */
const DECISIVE: readonly Flag[] = ['forwardable', 'proxiable', 'may-postdate', 'invalid', 'renewable']
const HANDED_ON: readonly Flag[] = ['forwarded', 'proxy', 'postdated', 'initial', 'pre-authent', 'hw-authent', 'enc-pa-rep']
const SERVERS: readonly Server[] = ['krbtgt', 'service']

describe('the TGS and the table of RFC 4120', () => {
  let kdc: Kdc
  let keys: Record<Server, Key>
  const tickets = new Map<string, Held>()

  beforeAll(async () => {
    const realm = new MemoryRealm()
    keys = { krbtgt: (await realm.addTgs())[0]!, service: (await realm.add('host/web'))[0]! }
    await realm.add('alice')
    const env = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }
    kdc = createKdc({ realms: [realm], env, log: () => {}, maxDatagram: 65_535 })
  })

  it.each(SERVERS.flatMap(presented => SERVERS.map(wanted => [presented, wanted] as const)))(
    'up to two options of ten, three for the same server, with every mixture of the flags that they depend on: %s for %s',
    async (presented, wanted) => {
      for (const options of subsets(OPTIONS, presented === wanted ? 3 : 2))
        for (const flags of subsets(DECISIVE, DECISIVE.length)) await agrees({ options, flags, presented, wanted })
    },
  )

  it('flags that are handed on, one by one and all, with any two options', async () => {
    const carried = [[], ...HANDED_ON.map(flag => [flag]), HANDED_ON]
    for (const options of subsets(OPTIONS, 2))
      for (const flags of carried)
        for (const more of [DECISIVE.filter(flag => flag !== 'invalid'), DECISIVE])
          await agrees({ options, flags: new Set([...flags, ...more]), presented: 'krbtgt', wanted: 'krbtgt' })
  })

  async function agrees(situation: Situation): Promise<void> {
    const { options, flags, presented, wanted } = situation
    const held = ticketFor(presented, flags)
    const reply = (await kdc.handle(
      tgsReq(REALM, held, {
        server: NAMES[wanted],
        now: NOW,
        options: bits(options, OPTION_BITS),
        till: NOW + 1800,
        rtime: NOW + 5000,
        ...(options.has('postdated') && { from: NOW + 600 }),
        more: options.has('enc-tkt-in-skey') ? { additionalTickets: [ticketFor('krbtgt', new Set(), 'host/web').ticket] } : {},
      }),
      PEER,
      'udp',
    ))!
    const outcome =
      messageType(reply) === MsgType.ERROR
        ? { error: refusal(reply).errorCode }
        : { flags: (Object.keys(FLAG_BITS) as Flag[]).filter(flag => openedFlags(reply, held) & bit(FLAG_BITS[flag])) }
    const expected = expectedOutcome(situation)
    const told = 'error' in expected ? expected : { flags: [...expected.flags] }
    expect(outcome, `${[...options].join(' ')} by ${presented} with ${[...flags].join(' ')} for ${wanted}`).toEqual(told)
  }

  function ticketFor(server: Server, flags: ReadonlySet<Flag>, client = 'alice'): Held {
    const name = `${server} ${[...flags].join(' ')} ${client}`
    return tickets.get(name) ?? keep(name, newTicket(server, bits(flags, FLAG_BITS), client))
  }

  function keep(name: string, held: Held): Held {
    tickets.set(name, held)
    return held
  }

  /** As the KDC would have issued it half an hour ago. */
  function newTicket(server: Server, flags: number, clientName: string): Held {
    const session = randomKey(18, randomBytes)
    const client = parsePrincipal(clientName, { defaultRealm: REALM })
    const times = { authtime: NOW - 1800, starttime: NOW - 900, endtime: NOW + 3600, renewTill: NOW + 7200 }
    const part = EncTicketPart.encode({
      flags,
      key: { keytype: session.etype, keyvalue: session.value },
      crealm: REALM,
      cname: toPrincipalName(client),
      transited: { trType: 1, contents: EMPTY },
      ...times,
    })
    const sname = toPrincipalName(parsePrincipal(NAMES[server], { defaultRealm: REALM }))
    const encPart = sealData(keys[server], KeyUsage.KDC_REP_TICKET, part, randomBytes, 1)
    const ticket = preserve(Ticket, { realm: REALM, sname, encPart })
    const unread = {
      nonce: 0,
      flags,
      lastReq: [],
      srealm: REALM,
      sname,
      key: { keytype: session.etype, keyvalue: session.value },
      ...times,
    }
    return { client, key: session, ticket, part: unread, padata: [] }
  }
})

function openedFlags(reply: Bytes, held: Held): number {
  return openTgsRep(reply, held).part.flags
}

function bits<T extends string>(names: ReadonlySet<T>, numbers: Readonly<Record<T, number>>): number {
  return [...names].reduce((sum, name) => sum | bit(numbers[name]), 0) >>> 0
}

function bit(number: number): number {
  return 0x8000_0000 >>> number
}

/** All subsets with at most `size` members. */
function subsets<T>(all: readonly T[], size: number): ReadonlySet<T>[] {
  let found: T[][] = [[]]
  for (const one of all) found = [...found, ...found.filter(({ length }) => length < size).map(subset => [...subset, one])]
  return found.map(subset => new Set(subset))
}
