import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EncTicketPart, Ticket } from '../../src/core/asn1/messages/ticket.ts'
import { decodeCredentials, decodeHead } from '../../src/core/ccache/format.ts'
import { openData } from '../../src/core/crypto/encrypted-data.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { defaultSalt, parsePrincipal } from '../../src/core/principal/principal.ts'
import { KeyUsage } from '../../src/core/registry/key-usage.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { decodeTransited } from '../../src/core/transited/decode.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, heimdal, heimdalEnv, heimdalProgram, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { type Federation, PASSWORD, startFederation } from '../helpers/trust.ts'

/**
 * Four realms in a row, ours at both ends and next to each make of KDC, so that each reads a list of realms that each other one has written. MIT's,
 * Heimdal's and our client go from end to end, and get the same ticket.
 */
const ROW = ['ONE.ROW', 'TWO.ROW', 'THREE.LINE', 'FOUR.LINE'] as const
const MAKES = ['own', 'heimdal', 'own', 'mit'] as const

describeWith([mit(), heimdal()], 'four realms in a row', () => {
  let realms: Federation
  beforeAll(async () => {
    realms = await startFederation({
      members: Object.fromEntries(ROW.map((name, i) => [name, { make: MAKES[i]!, users: ['ann'], sections: [capaths()] }])),
      trusts: [0, 1, 2].map(i => `${ROW[i]} <-> ${ROW[i + 1]}`),
    })
    for (const name of ROW) await realms.addKrbtgt(service(name), [name], 'known')
  }, 60_000)
  afterAll(() => realms?.stop())

  const ways = [
    [0, 3],
    [3, 0],
    [1, 3],
    [2, 0],
    [0, 2],
    [3, 1],
    [1, 2],
    [2, 3],
  ].flatMap(([from, to]) =>
    CLIENTS.filter(({ most }) => Math.abs(from! - to!) <= most).map(client => [client.name, ROW[from!]!, ROW[to!]!, client] as const),
  )

  it.each(ways)('%s: a user of %s in %s', async (name, from, to, client) => {
    const at = realms.client(`${name}-${from}-${to}`, { realm: from, sections: [capaths()] })
    client.go({ ...at, from, to })
    const part = await ticketIn(join(at.folder, 'cc'), to)
    const between = onTheWay(from, to)
    expect([part.crealm, ...part.cname.nameString]).toEqual([from, 'ann'])
    expect([...decodeTransited(part.transited.contents, from, to)].sort()).toEqual([...between].sort())
    expect(part.flags & TicketFlags.TRANSITED_POLICY_CHECKED).not.toBe(0)
    if (MAKES[ROW.indexOf(to as (typeof ROW)[number])] === 'own')
      expect(readFileSync(realms.realm(to).log, 'utf8')).toMatch(new RegExp(`ISSUE: .* ann@${from} for ${service(to)}`))
  })
})

interface Journey {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly from: string
  readonly to: string
}

interface Client {
  readonly name: string
  /** The longest way it finds, in hops. */
  readonly most: number
  go(journey: Journey): void
}

const CLIENTS: readonly Client[] = [
  {
    name: 'MIT',
    most: 3,
    go({ env, from, to }) {
      expect(run('kinit', [`ann@${from}`], { env, input: `${PASSWORD}\n` })).toMatchObject({ code: 0 })
      expect(run('kvno', [service(to)], { env })).toMatchObject({ code: 0 })
    },
  },
  {
    name: 'Heimdal',
    // It reads the first realm of a row only, and then gives up, whoever's the KDCs are.
    most: 2,
    go({ env, folder, from, to }) {
      const password = join(folder, 'password')
      writeFileSync(password, `${PASSWORD}\n`)
      const all = { env: { ...env, ...heimdalEnv() } }
      expect(run(heimdalProgram('kinit'), [`--password-file=${password}`, `ann@${from}`], all)).toMatchObject({ code: 0 })
      expect(run(heimdalProgram('kgetcred'), [service(to)], all)).toMatchObject({ code: 0, stderr: '' })
    },
  },
  {
    name: 'tkinit and tkvno',
    most: 3,
    go({ env, from, to }) {
      expect(run(ours('tkinit'), [`ann@${from}`], { env, input: `${PASSWORD}\n` })).toMatchObject({ code: 0 })
      expect(run(ours('tkvno'), [service(to)], { env })).toMatchObject({ code: 0 })
    },
  },
]

/** A name of its own in each realm: Heimdal's client takes what its own KDC has by that name, whatever realm was asked for. */
function service(realm: string): string {
  return `svc/${realm.toLowerCase()}@${realm}`
}

/** Every pair, by way of those between. */
function capaths(): string {
  const rows = ROW.map(from =>
    ROW.filter(to => to !== from)
      .map(to => (onTheWay(from, to).length === 0 ? ['.'] : onTheWay(from, to)).map(hop => `  ${to} = ${hop}\n`).join(''))
      .join(''),
  )
  return `[capaths]\n${ROW.map((from, i) => ` ${from} = {\n${rows[i]} }\n`).join('')}`
}

function onTheWay(from: string, to: string): readonly string[] {
  const names: readonly string[] = ROW
  const [a, b] = [names.indexOf(from), names.indexOf(to)]
  return a < b ? names.slice(a + 1, b) : names.slice(b + 1, a).reverse()
}

async function ticketIn(cache: string, realm: string): Promise<EncTicketPart> {
  const octets = new Uint8Array(readFileSync(cache))
  for (const { credential } of decodeCredentials(octets, decodeHead(octets))) {
    if (credential.server.components[0] !== 'svc' || credential.server.realm !== realm) continue
    const { encPart } = Ticket.decode(credential.ticket)
    const key = await keyFromPassword(encPart.etype, new Secret(Buffer.from('known')), defaultSalt(parsePrincipal(service(realm))))
    return EncTicketPart.decode(openData(key, KeyUsage.KDC_REP_TICKET, encPart))
  }
  throw new Error(`no ticket for ${service(realm)}`)
}
