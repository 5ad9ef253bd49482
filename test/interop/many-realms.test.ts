import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith, heimdal, mit } from '../helpers/peers.ts'
import type { Finished } from '../helpers/process.ts'
import { type Federation, type FederationClient, PASSWORD, startFederation } from '../helpers/trust.ts'

/*
 * Eleven realms of three makes. A family, where everybody trusts the parent: EX, A.EX, X.A.EX, C.EX, Y.C.EX. A chain of one-way trusts that
 * its KDCs know: NORTH, EAST, SOUTH, WEST, FAR. And one that only clients know: FAR, INNER, NORTH, A.EX, EX. MIT's client and ours go the
 * same ways; each has a user of its own, so that the KDCs' logs tell them apart.
 */

const CHAIN = `[capaths]
 NORTH = {
  SOUTH = EAST
  WEST = EAST
  WEST = SOUTH
  FAR = EAST
  FAR = SOUTH
  FAR = WEST
 }
 EAST = {
  WEST = SOUTH
  FAR = SOUTH
  FAR = WEST
 }
 SOUTH = {
  FAR = WEST
 }`

/** Heimdal's KDC takes the next realm from the line of the client's realm. */
const HEIMDAL_CHAIN = `[capaths]
 NORTH = {
  SOUTH = EAST
  FAR = WEST
 }`

/** For clients, and for the KDCs at its end, which hold the realms passed against it. */
const HIDDEN = `[capaths]
 FAR = {
  NORTH = INNER
  A.EX = INNER
  A.EX = NORTH
  EX = INNER
  EX = NORTH
  EX = A.EX
 }`

/** This KDC thinks that there should be a trust of its own with X.A.EX, and knows no other way. */
const MISTAKEN = `[capaths]
 C.EX = {
  X.A.EX = .
 }`

/** A way that the KDCs at its end do not like. */
const SHORT_CUT = `[capaths]
 NORTH = {
  EX = A.EX
 }
 INNER = {
  A.EX = NORTH
 }`

/** Where the client's configuration and the log-in are not the ordinary ones, and where the two do different things. */
interface Manner {
  readonly sections?: readonly string[]
  readonly users?: readonly [mits: string, own: string]
  readonly login?: readonly string[]
}

const WALK = [
  'Getting credentials ',
  'Starting with TGT ',
  'Requesting ',
  'Found cached ',
  'Received TGT ',
  'Received creds ',
  'Trying next ',
  'Following ',
  'TGS request result',
  'Storing ',
]

const OTHERS = { users: ['ann', 'bob'] } as const

describeWith([mit(), heimdal()], 'eleven realms', () => {
  let realms: Federation

  beforeAll(async () => {
    const member = (make: 'own' | 'mit' | 'heimdal', host: string, ...sections: readonly string[]) => ({
      make,
      users: ['mia', 'tom', 'ann', 'bob', 'eve'],
      services: [`host/${host}`, `host/www.${host}.test`],
      sections,
    })
    realms = await startFederation({
      members: {
        EX: member('mit', 'ex', HIDDEN, C_TEST),
        'A.EX': member('own', 'a', HIDDEN, C_TEST),
        'X.A.EX': member('heimdal', 'x'),
        'C.EX': member('own', 'c', MISTAKEN),
        'Y.C.EX': member('mit', 'y'),
        NORTH: member('own', 'n', CHAIN, HIDDEN),
        EAST: member('mit', 'e', CHAIN),
        SOUTH: member('heimdal', 's', HEIMDAL_CHAIN),
        WEST: member('own', 'w', CHAIN),
        FAR: member('mit', 'f', CHAIN),
        INNER: member('heimdal', 'i'),
      },
      trusts: [
        'A.EX <-> EX',
        'X.A.EX <-> A.EX',
        'C.EX <-> EX',
        'Y.C.EX <-> C.EX',
        'NORTH -> EAST',
        'EAST -> SOUTH',
        'SOUTH -> WEST',
        'WEST -> FAR',
        'FAR -> INNER',
        'INNER -> NORTH',
        'NORTH -> A.EX',
      ],
    })
  }, 60_000)
  afterAll(() => realms?.stop())

  let clients = 0
  const logIns = new Map<string, Buffer>()
  /** A user of `realm` with MIT's programs and one with ours, both logged in, each with a cache of its own. */
  function both(realm: string, { sections = [], users = ['mia', 'tom'], login = [] }: Manner = {}) {
    const of = (user: string, mits: boolean) => {
      const client = realms.client(`client${clients++}`, { realm, sections })
      const by = (program: string, args: readonly string[], input?: string) =>
        mits ? client.run(program, args, input) : client.own(`t${program}`, args, input)
      const cache = join(client.folder, 'cc')
      const known = [mits, user, realm, ...login].join()
      if (!logIns.has(known)) {
        expect(by('kinit', ['-f', ...login, user], `${PASSWORD}\n`)).toMatchObject({ code: 0 })
        logIns.set(known, readFileSync(cache))
      }
      writeFileSync(cache, logIns.get(known)!)
      return { ...client, by }
    }
    return [of(users[0]!, true), of(users[1]!, false)] as const
  }

  /** What MIT's klist sees in a cache: services and flags, in their order. */
  function tickets(client: FederationClient): readonly string[] {
    const { stdout } = client.run('klist', ['-f'])
    return [...stdout.matchAll(/^\S+ \S+ {2}\S+ \S+ {2}(\S+)\n\s+Flags: (\w+)/gm)].map(([, service, flags]) => `${service} ${flags}`)
  }

  /** The lines of a trace that tell the way. */
  function walked({ trace, folder }: FederationClient, user: string): readonly string[] {
    const lines = readFileSync(trace, 'utf8').split('\n')
    const texts = lines.map(line =>
      line
        .replace(/^\[\d+\] [\d.]+: /, '')
        .replaceAll(`${user}@`, 'USER@')
        .replaceAll(folder, ''),
    )
    return texts.filter(text => WALK.some(beginning => text.startsWith(beginning)))
  }

  const names = (lines: readonly string[]) => lines.map(line => line.split(' ')[0]!)
  const said = ({ code, stdout, stderr }: Finished) => ({ code, stdout, stderr: stderr.replace(/^t?kvno: /, '') })

  /** Both get the service, with the same words and the same tickets. */
  function sameWay(realm: string, service: string, sections: readonly string[] = []) {
    const [mias, toms] = both(realm, { sections })
    const [mits, own] = [mias, toms].map(client => said(client.by('kvno', [service]))) as [Finished, Finished]
    expect(own).toEqual(mits)
    const had = tickets(toms)
    expect(had).toEqual(tickets(mias))
    expect(walked(toms, 'tom')).toEqual(walked(mias, 'mia'))
    return { ...own, services: names(had), toms }
  }

  test.each([
    ['A.EX', 'host/ex@EX', 'krbtgt/EX@A.EX'],
    ['EX', 'host/a@A.EX', 'krbtgt/A.EX@EX'],
    ['X.A.EX', 'host/a@A.EX', 'krbtgt/A.EX@X.A.EX'],
    ['A.EX', 'host/x@X.A.EX', 'krbtgt/X.A.EX@A.EX'],
    ['NORTH', 'host/e@EAST', 'krbtgt/EAST@NORTH'],
    ['SOUTH', 'host/w@WEST', 'krbtgt/WEST@SOUTH'],
    ['WEST', 'host/f@FAR', 'krbtgt/FAR@WEST'],
    ['INNER', 'host/n@NORTH', 'krbtgt/NORTH@INNER'],
  ])('one hop, %s to %s', (realm, service, krbtgt) => {
    const done = sameWay(realm, service)
    expect([done.stdout, done.services]).toEqual([`${service}: kvno = 1\n`, [`krbtgt/${realm}@${realm}`, krbtgt, service]])
  })

  test.each([
    ['EAST', 'host/n@NORTH'],
    ['NORTH', 'host/i@INNER'],
    ['WEST', 'host/s@SOUTH'],
    ['FAR', 'host/w@WEST'],
  ])('a trust goes one way: not from %s to %s', (realm, service) => {
    const done = sameWay(realm, service)
    expect([done.code, done.services]).toEqual([1, [`krbtgt/${realm}@${realm}`]])
  })

  test.each([
    ['host/n@NORTH', ['krbtgt/INNER@FAR', 'krbtgt/NORTH@INNER']],
    ['host/a@A.EX', ['krbtgt/INNER@FAR', 'krbtgt/NORTH@INNER', 'krbtgt/A.EX@NORTH']],
    ['host/ex@EX', ['krbtgt/INNER@FAR', 'krbtgt/NORTH@INNER', 'krbtgt/A.EX@NORTH', 'krbtgt/EX@A.EX']],
  ])('by [capaths] of the client, FAR to %s', (service, krbtgts) => {
    const done = sameWay('FAR', service, [HIDDEN])
    expect([done.stdout, done.services]).toEqual([`${service}: kvno = 1\n`, ['krbtgt/FAR@FAR', ...krbtgts, service]])
    const json = JSON.parse(done.toms.own('tkvno', ['--json', service]).stdout)
    expect(json.services[0].ticket).toMatchObject({ client: 'tom@FAR', server: service, flags: expect.arrayContaining([CHECKED]) })
  })

  test.each(['host/s@SOUTH', 'host/w@WEST', 'host/f@FAR'])('by [capaths] of the KDCs, NORTH to %s', service => {
    const done = sameWay('NORTH', service)
    expect([done.stdout, done.services]).toEqual([`${service}: kvno = 1\n`, ['krbtgt/NORTH@NORTH', service]])
  })

  test.each([
    ['A.EX', 'host/c@C.EX'],
    ['C.EX', 'host/a@A.EX'],
    ['X.A.EX', 'host/ex@EX'],
    ['A.EX', 'host/y@Y.C.EX'],
    ['Y.C.EX', 'host/a@A.EX'],
    ['X.A.EX', 'host/y@Y.C.EX'],
  ])('by the hierarchy, %s to %s', (realm, service) => {
    const done = sameWay(realm, service)
    expect([done.stdout, done.services]).toEqual([`${service}: kvno = 1\n`, [`krbtgt/${realm}@${realm}`, service]])
  })

  test('by the hierarchy that only our client knows', () => {
    const [mias, toms] = both('C.EX', OTHERS)
    expect(said(mias.by('kvno', ['host/x@X.A.EX']))).toMatchObject({
      code: 1,
      stderr: 'Server krbtgt/X.A.EX@C.EX not found in Kerberos database while getting credentials for host/x@X.A.EX\n',
    })
    const json = JSON.parse(toms.by('kvno', ['--json', '--no-store', 'host/x@X.A.EX']).stdout)
    expect(json.services[0].path[2]).toEqual({
      from: 'kdc',
      realm: 'C.EX',
      kdc: `127.0.0.1:${realms.realm('C.EX').port}/udp`,
      asked: 'krbtgt/A.EX@C.EX',
      ticket: 'krbtgt/EX@C.EX',
      referral: true,
      sessionKeyEtype: 'aes256-cts-hmac-sha1-96',
      ticketEtype: 'aes256-cts-hmac-sha1-96',
    })
    expect(json.services[0].path[1]).toMatchObject({ ticket: null, referral: false, error: { code: 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN' } })
    toms.own('tkinit', ['bob'], `${PASSWORD}\n`)
    const { stdout } = toms.by('kvno', ['--explain', 'host/x@X.A.EX'])
    expect(stdout.replace(/ \(.*/gm, '')).toBe(`host/x@X.A.EX: kvno = 1
  ok krbtgt/C.EX@C.EX in the cache
  no krbtgt/X.A.EX@C.EX from the KDC of C.EX: Server krbtgt/X.A.EX@C.EX not found in Kerberos database
  ok krbtgt/EX@C.EX from the KDC of C.EX, instead of krbtgt/A.EX@C.EX
  ok krbtgt/A.EX@EX from the KDC of EX, instead of krbtgt/X.A.EX@EX
  ok krbtgt/X.A.EX@A.EX from the KDC of A.EX
  ok host/x@X.A.EX from the KDC of X.A.EX
`)
    expect(stdout).toMatch(/\(127\.0\.0\.1:\d+\/udp, session key aes256-cts-hmac-sha1-96, ticket aes256-cts-hmac-sha1-96\)\n$/)
  })

  test('a host, by [domain_realm] of the client, by that of its KDC, and of a KDC on the way', () => {
    for (const [realm, sections] of [
      ['A.EX', [C_TEST]],
      ['A.EX', []],
      ['EX', []],
    ] as const) {
      const [mias, toms] = both(realm, { sections })
      const [mits, own] = [mias, toms].map(client => said(client.by('kvno', ['-S', 'host', 'www.c.test'])))
      expect(own).toEqual(mits)
      expect(own!.stdout).toBe(`host/www.c.test@${sections.length === 0 ? '' : 'C.EX'}: kvno = 1\n`)
      expect(tickets(toms)).toEqual(tickets(mias))
    }
  })

  test('a cache that begins with a ticket of another realm: start_realm', () => {
    const [mias, toms] = both('A.EX')
    const [mits, own] = [mias, toms].map(client => {
      const start = said(client.by('kvno', ['--out-cache', `${client.folder}/start`, 'krbtgt/EX@EX']))
      const further = said(client.by('kvno', ['-c', `${client.folder}/start`, 'host/ex@EX', 'host/y@Y.C.EX']))
      const { stdout } = client.run('klist', ['-C', `${client.folder}/start`])
      return [start, further, [...stdout.matchAll(/^config: .*|(?<=^\S+ \S+ {2}\S+ \S+ {2})\S+/gm)].join()]
    })
    expect(own).toEqual(mits)
    expect(own![1]).toMatchObject({ stdout: 'host/ex@EX: kvno = 1\nhost/y@Y.C.EX: kvno = 1\n' })
    expect(own![2]).toBe('config: start_realm = EX,krbtgt/EX@EX,host/ex@EX,host/y@Y.C.EX')
  })

  test('a log-in for a ticket of another realm; of the two only ours can go on from there', () => {
    const [mias, toms] = both('A.EX', { ...OTHERS, login: ['-S', 'krbtgt/EX@A.EX'] })
    expect(tickets(toms)).toEqual(tickets(mias))
    expect(mias.by('kvno', ['host/y@Y.C.EX']).stderr).toMatch(/^kvno: Matching credential not found /)
    expect(toms.by('kvno', ['host/y@Y.C.EX']).stdout).toBe('host/y@Y.C.EX: kvno = 1\n')
  })

  test.each([
    ['NORTH', 'host/ex@EX', 'NORTH -> A.EX -> EX', 'EX'],
    ['INNER', 'host/a@A.EX', 'INNER -> NORTH -> A.EX', 'A.EX'],
  ])('a way that the KDC at its end does not like, %s to %s', (realm, service, passed, end) => {
    const done = sameWay(realm, service, [SHORT_CUT])
    expect(done.stderr).toBe(`KDC policy rejects request while getting credentials for ${service}\n`)
    // Without the tickets that the cache has by now.
    expect(hints(both(realm, { ...OTHERS, sections: [SHORT_CUT] })[1], service)).toEqual(
      expect.arrayContaining([
        `realms passed: ${passed}`,
        `the KDC of ${end} accepts those that [capaths] of its own krb5.conf names between the two ends, or the domain hierarchy has there`,
      ]),
    )
  })

  test.each([
    ['krbtgt/C.EX@NORTH', 'host/c@C.EX', ['NORTH']],
    ['krbtgt/Y.C.EX@WEST', 'host/y@Y.C.EX', ['WEST']],
    ['krbtgt/INNER@EX', 'host/i@INNER', ['EX']],
    ['krbtgt/A.EX@WEST', 'host/a@A.EX', ['WEST', 'A.EX']],
    ['krbtgt/Y.C.EX@EAST', 'host/y@Y.C.EX', ['EAST', 'Y.C.EX']],
    ['krbtgt/INNER@EAST', 'host/i@INNER', ['EAST', 'INNER']],
    ['krbtgt/C.EX@WEST', 'host/c@C.EX', 'kvno'],
    ['krbtgt/Y.C.EX@FAR', 'host/y@Y.C.EX', 'kvno'],
    ['krbtgt/WEST@FAR', 'host/w@WEST', 'enctype'],
    ['krbtgt/EX@WEST', 'host/ex@EX', 'enctype'],
  ])('a trust whose halves differ: %s', async (krbtgt, service, where) => {
    const [, holder, issuer] = /^krbtgt\/(.*)@(.*)$/.exec(krbtgt) as unknown as [string, string, string]
    if (where === 'kvno') {
      await realms.addKrbtgt(krbtgt, [issuer, holder], 'The same')
      realms.realm(issuer).admin([`cpw -pw "The same" ${krbtgt}`])
    } else if (where === 'enctype') {
      await realms.addKrbtgt(krbtgt, [issuer, holder], 'The same')
      realms.realm(issuer).admin([`cpw -pw "The same" -e aes256-cts-hmac-sha1-96:normal ${krbtgt}`])
      realms.realm(holder).admin([`cpw -pw "The same" -e aes128-cts-hmac-sha1-96:normal ${krbtgt}`])
    } else for (const name of where) await realms.addKrbtgt(krbtgt, [name], `Password of ${name}`)
    const done = sameWay(issuer, service)
    expect(done).toMatchObject({ code: 1, services: [`krbtgt/${issuer}@${issuer}`, krbtgt] })
    const told = hints(done.toms, service)
    expect(told).toContain(`the KDC of ${holder} does not accept ${krbtgt}, which the KDC of ${issuer} issued`)
    const seal = where === 'enctype' ? 'kvno 2, aes256-cts-hmac-sha1-96' : expect.anything()
    expect(told.map(hint => /^the ticket was made with (.*): getprinc/.exec(hint)?.[1])).toContainEqual(seal)
  })

  test('the log of each of our KDCs has every use once', () => {
    for (const realm of ['A.EX', 'C.EX', 'NORTH', 'WEST']) {
      const used = uses(realm, 'tom')
      expect(used.length).toBeGreaterThan(3)
      expect(uses(realm, 'mia')).toEqual(used.map(line => line.replace('tom@', 'mia@')))
    }
    const eve = realms.client('eve', { realm: 'NORTH' })
    eve.own('tkinit', ['eve'], `${PASSWORD}\n`)
    expect(eve.own('tkvno', ['host/f@FAR']).code).toBe(0)
    expect(uses('NORTH', 'eve')).toEqual(['AS_REQ eve@NORTH for krbtgt/NORTH@NORTH', 'TGS_REQ eve@NORTH for krbtgt/EAST@NORTH'])
    expect(uses('WEST', 'eve')).toEqual(['TGS_REQ eve@NORTH for krbtgt/FAR@WEST'])
    expect(uses('A.EX', 'eve')).toEqual([])
    const [login, out] = realms.audit('NORTH').filter(({ client }) => client === 'eve@NORTH')
    expect(login).toMatchObject({ event: 'as', status: 'ISSUE', client_known: true })
    expect(out).toMatchObject({ event: 'tgs', kind: 'referral', header_ticket: { id: login.ticket.id } })
    expect(out.cross_realm).toMatchObject({ direction: 'out', foreign_realm: 'EAST' })
    const [through, ...more] = realms.audit('WEST').filter(({ client }) => client === 'eve@NORTH')
    expect(through).toMatchObject({ event: 'tgs', status: 'ISSUE', server: 'krbtgt/FAR@WEST', client_known: false })
    expect(through.cross_realm).toMatchObject({ direction: 'through', issuer: 'SOUTH', transited: ['EAST'], first_seen: true })
    expect(more).toEqual([])
  })

  test.each(['A.EX', 'C.EX', 'NORTH', 'WEST'])('the audit of %s has as many events as its log has lines', realm => {
    const requests = [...readFileSync(realms.realm(realm).log, 'utf8').matchAll(/\(info\): (AS|TGS)_REQ \(.* (\S+): authtime /g)]
    const told = realms.audit(realm).map(({ event, status }) => `${event} ${status}`)
    expect(told).toEqual(requests.map(([, kind, status]) => `${kind!.toLowerCase()} ${status}`))
    expect(told.length).toBeGreaterThan(9)
  })

  function hints(client: FederationClient, service: string): readonly string[] {
    return JSON.parse(client.own('tkvno', ['--json', service]).stdout).services[0].error.hints
  }

  /** What a KDC of ours has issued to a user, in order. */
  function uses(realm: string, user: string): readonly string[] {
    const log = readFileSync(realms.realm(realm).log, 'utf8')
    return [...log.matchAll(/\(info\): (\w+) .* ISSUE: .*?, (\S+@\S+ for \S+)$/gm)]
      .filter(([, , rest]) => rest!.startsWith(`${user}@`))
      .map(([, kind, rest]) => `${kind} ${rest}`)
  }
})

const C_TEST = '[domain_realm]\n .c.test = C.EX'
const CHECKED = 'transited-policy-checked'
