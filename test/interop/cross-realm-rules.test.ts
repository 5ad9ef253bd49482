import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { messageType } from '../../src/core/asn1/messages/message-type.ts'
import { EncTicketPart } from '../../src/core/asn1/messages/ticket.ts'
import { openData } from '../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { KdcOptions, kdcOptionNames } from '../../src/core/flags/kdc-options.ts'
import { ticketFlagLetters } from '../../src/core/flags/ticket-flags.ts'
import { defaultSalt, parsePrincipal } from '../../src/core/principal/principal.ts'
import { KeyUsage } from '../../src/core/registry/key-usage.ts'
import { MsgType } from '../../src/core/registry/msg-type.ts'
import { NameType } from '../../src/core/registry/name-type.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { forgedTicket } from '../helpers/forged-ticket.ts'
import { type Held, openTgsRep, refusal, tgsReq } from '../helpers/kdc-talk.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours as program, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { runAsync } from '../helpers/process.ts'
import { askUdp } from '../helpers/udp.ts'
import { CROSS_REALM_DIFFERENCES } from './cross-realm-differences.ts'

/**
 * Issue 5: MIT's krb5kdc and tkrb5kdc with the same trusts, [capaths] and settings get the same requests with tickets of other realms, honest ones and
 * forged ones. Codes, words, flags, times, names and octets of the transited field are the same, and so are the lines of the log, or the
 * difference stands in a table with its reason.
 */
const REALM = 'OURS.EAST'
const SEED = Number(process.env.RULES_SEED ?? 5)
const SECTIONS = [
  '[capaths]',
  `FAR = {\n  ${REALM} = MID\n }`,
  `DEEP = {\n  ${REALM} = LOST\n  ${REALM} = MID\n }`,
  `NEAR = {\n  ${REALM} = .\n }`,
  `${REALM} = {\n  FAR = MID\n  DEEP = MID\n  DEEP = LOST\n  NOWHERE = LOST\n }`,
  '[domain_realm]',
  '.far.test = FAR',
  '.mid.test = MID',
  '.nowhere.test = NOWHERE',
]
/** Realms whose users come in; the first ones also let ours out. */
const ISSUERS = ['MID', 'EAST', 'NEAR', 'DEEP', 'B.WEST', '/COM/HP', 'SHUT'] as const
const OUT = ['MID', 'EAST', 'WEST']
const pw = (name: string) => `pw of ${name}`
const LOCAL_TGS = `krbtgt/${REALM}@${REALM}`
const trust = (issuer: string) => `krbtgt/${REALM}@${issuer.replaceAll('/', '\\/')}`
const SETUP = [
  `cpw -pw "${pw(LOCAL_TGS)}" krbtgt/${REALM}`,
  ...ISSUERS.map(issuer => `addprinc -pw "${pw(trust(issuer))}" ${issuer === 'SHUT' ? '-allow_tix ' : ''}${trust(issuer)}`),
  ...OUT.map(to => `addprinc -pw out ${to === 'MID' ? '+ok_as_delegate ' : ''}krbtgt/${to}`),
  // The newest version is 4, and 1 is the oldest.
  ...[2, 3, 4].map(version => `cpw -keepold -pw "${pw(`${trust('NEAR')} ${version}`)}" ${trust('NEAR')}`),
  'addprinc -pw host-pw host/plain',
  'addprinc -pw host-pw -maxlife 1h -allow_forwardable host/short',
  'addprinc -pw host-pw +requires_preauth host/careful',
  'addprinc -pw alice-pw -allow_proxiable -maxlife 2h alice',
  'addprinc -pw held-pw -allow_forwardable -maxlife 3h held@EAST',
]

interface Case {
  readonly issuer: string
  readonly key: 'right' | 'wrong' | number
  readonly kvno: number | undefined
  readonly etype: number
  readonly client: string
  readonly trType: number
  readonly transited: string
  readonly flags: number
  readonly server: string
  readonly nameType: number
  readonly options: number
}

const { FORWARDABLE, PROXIABLE, RENEWABLE, CANONICALIZE, DISABLE_TRANSITED_CHECK } = KdcOptions
const { FORWARDED, PROXY, RENEW, VALIDATE, ENC_TKT_IN_SKEY } = KdcOptions

interface Answer {
  readonly outcome: { readonly error: string } | { readonly granted: string }
  /** What the log says about the request, without the prefix and our own lines about limits. */
  readonly log: readonly string[]
}

for (const rejecting of [true, false])
  describeWith([mit()], `tickets of other realms for MIT's KDC and ours, reject_bad_transit ${rejecting}`, () => {
    let sides: readonly PeerRealm[]
    const keys = new Map<string, Key>()

    beforeAll(async () => {
      const settings = {
        realm: REALM,
        sections: SECTIONS,
        kdcRealm: [`reject_bad_transit = ${rejecting}`, 'host_based_services = http', 'no_host_referral = ldap'],
      }
      sides = await Promise.all([startMitRealm(settings), startOwnRealm(settings)])
      const settle = async ({ folder, env }: PeerRealm, kadmin: string) => {
        const settings = { ...env, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') }
        const done = await runAsync(kadmin, ['-r', REALM], { env: settings, input: `${SETUP.join('\n')}\n` })
        if (done.stdout.match(/^(?:Principal|Password) .* (?:created|changed)\.$/gm)?.length !== SETUP.length)
          throw new Error(done.stdout + done.stderr)
      }
      await Promise.all([settle(sides[0]!, 'kadmin.local'), settle(sides[1]!, program('tkadmin.local'))])
    })
    afterAll(async () => {
      await Promise.all(sides?.map(realm => realm.stop()) ?? [])
    })

    it('are answered alike, and told alike in the log', async () => {
      const found: unknown[] = []
      const told = new Set<string>()
      const seen = new Set<string>()
      for (const one of [...RARE, ...fc.sample(anyCase, { numRuns: 400, seed: SEED })]) {
        const now = Math.floor(Date.now() / 1000)
        const tgt = await ticket(one, now)
        const request = asked(one, tgt, now)
        const before = sides.map(({ log }) => readFileSync(log).length)
        const replies = await Promise.all(sides.map(({ port }) => askUdp(port, request)))
        const outcomes = await Promise.all(replies.map(reply => outcome(reply, tgt, now)))
        const answers = sides.map(({ log }, i): Answer => ({ outcome: outcomes[i]!, log: lines(log, before[i]!) }))
        const [theirs, ours] = answers as [Answer, Answer]
        for (const line of ours.log) told.add(line.replace(/ from '.*| krbtgt.*/, ''))
        if (JSON.stringify(theirs) === JSON.stringify(ours)) continue
        const difference = CROSS_REALM_DIFFERENCES.find(row => row.applies(one, theirs, ours))
        if (difference !== undefined) seen.add(difference.name)
        else found.push({ ...one, options: kdcOptionNames(one.options).join(' '), theirs, ours })
      }
      expect(found).toEqual([])
      expect(CROSS_REALM_DIFFERENCES.map(({ name }) => name).filter(name => !seen.has(name))).toEqual([])
      expect(
        ['bad realm transit path', 'unexpected error checking transit', 'not checking transit path', 'TGS_REQ: issuing TGT'].filter(
          line => !told.has(line),
        ),
      ).toEqual([])
    })

    async function key(name: string, password: string, etype: number): Promise<Key> {
      const id = `${name} ${password} ${etype}`
      const known = keys.get(id)
      if (known !== undefined) return known
      const made = await keyFromPassword(etype, new Secret(Buffer.from(password)), defaultSalt(parsePrincipal(name)))
      keys.set(id, made)
      return made
    }

    async function ticket(one: Case, now: number): Promise<Held> {
      const server = one.issuer === REALM ? LOCAL_TGS : trust(one.issuer)
      const password = one.key === 'wrong' ? 'another' : one.key === 'right' ? pw(server) : pw(`${server} ${one.key}`)
      return forgedTicket({
        key: await key(server, password, one.etype),
        kvno: one.kvno,
        server,
        client: one.client,
        transited: { trType: one.trType, contents: Buffer.from(one.transited, 'latin1') },
        flags: one.flags,
        authtime: now - 1000,
        endtime: now + 36_000,
        renewTill: now + 100_000,
      })
    }

    function asked(one: Case, tgt: Held, now: number): Uint8Array {
      const name = parsePrincipal(one.server, { defaultRealm: REALM })
      const more = { sname: { nameType: one.nameType, nameString: [...name.components] } }
      return tgsReq(REALM, tgt, { server: one.server, now, options: one.options, till: now + 86_400, rtime: now + 200_000, more })
    }

    async function outcome(reply: Uint8Array, tgt: Held, now: number): Promise<Answer['outcome']> {
      if (messageType(reply) === MsgType.ERROR) {
        const { errorCode, eText, crealm, realm, sname } = refusal(reply)
        return { error: [errorCode, eText, crealm, sname.nameString.join('/'), realm].join(' ') }
      }
      const got = openTgsRep(reply, tgt)
      const { sname, realm, encPart } = got.ticket.value
      const server = `${sname.nameString.join('/')}@${realm}`
      const part = EncTicketPart.decode(openData(await serverKey(server, encPart.etype), KeyUsage.KDC_REP_TICKET, encPart))
      const { flags, transited, authtime, starttime = authtime, endtime, renewTill } = part
      const times = [authtime, starttime, endtime, renewTill].map(time => time && Math.round((time - now) / 10) * 10).join(' ')
      const names = `${part.cname.nameString.join('/')}@${part.crealm} for ${server} ${sname.nameType} v${encPart.kvno} e${encPart.etype}`
      const path = `${transited.trType}:${Buffer.from(transited.contents).toString('latin1')}`
      return { granted: `${names} ${ticketFlagLetters(flags)} ${path} ${times}` }
    }

    function serverKey(server: string, etype: number): Promise<Key> {
      if (server === LOCAL_TGS) return key(server, pw(server), etype)
      return key(server, server.startsWith('host/') ? 'host-pw' : 'out', etype)
    }
  })

function lines(log: string, from: number): string[] {
  const said = readFileSync(log)
    .subarray(from)
    .toString()
    .matchAll(/\]\((?:info|Error|error|notice)\): (.*)/g)
  return [...said].map(([, text]) => text!).filter(text => !text.startsWith('LIMITS: '))
}

const FLAGS = 0x50a00000
/** With TRANSITED-POLICY-CHECKED. */
const CHECKED = 0x50a80000

const ordinary: Case = {
  issuer: 'MID',
  key: 'right',
  kvno: 1,
  etype: 18,
  client: 'u@MID',
  trType: 1,
  transited: '',
  flags: FLAGS,
  server: 'host/plain',
  nameType: NameType.SRV_HST,
  options: FORWARDABLE,
}

/** What chance seldom asks for. */
const RARE: readonly Case[] = [
  ...[1, 2, 3, 4].flatMap(version =>
    [undefined, 0, version].map(kvno => ({ issuer: 'NEAR', client: 'u@NEAR', key: version === 1 ? ('right' as const) : version, kvno })),
  ),
  { kvno: 7 },
  { kvno: 0, key: 'wrong' as const },
  { key: 'wrong' as const },
  { etype: 23 },
  { etype: 20 },
  { client: `alice@${REALM}` },
  { client: `alice@${REALM}`, server: 'krbtgt/WEST' },
  { issuer: 'SHUT', client: 'u@SHUT' },
  { issuer: 'UNHEARD', client: 'u@UNHEARD' },
  { issuer: 'EAST', client: 'held@EAST', options: (FORWARDABLE | PROXIABLE) >>> 0 },
  { issuer: REALM, client: 'u@MID', kvno: 2, transited: 'EAST' },
  { issuer: REALM, client: `alice@${REALM}`, kvno: 2 },
  { issuer: REALM, client: `alice@${REALM}`, kvno: 2, transited: 'MID' },
  { issuer: REALM, client: `u@${REALM}`, kvno: 2, transited: 'MID', flags: CHECKED },
  { client: 'u@FAR', transited: 'NEAR', flags: CHECKED },
  { client: 'u@DEEP', transited: 'LOST', flags: CHECKED },
  { issuer: REALM, client: `alice@${REALM}`, kvno: 2, server: 'krbtgt/FAR' },
  { client: 'u@FAR' },
  { client: 'u@FAR', trType: 0 },
  { client: 'u@FAR', transited: 'NEAR' },
  { client: 'u@FAR', transited: 'MID' },
  { client: 'u@DEEP', transited: 'LOST' },
  { client: 'u@WEST', issuer: 'B.WEST' },
  { client: 'u@A.WEST', issuer: 'EAST', transited: 'WEST' },
  { client: 'u@A.WEST', issuer: 'EAST', transited: 'B.WEST' },
  { client: 'u@FAR', transited: 'B.', flags: CHECKED },
  { client: 'u@MID', transited: 'FAR\0', flags: CHECKED },
  { issuer: 'EAST', client: 'u@\\/COM' },
  { issuer: 'EAST', client: 'u@UNHEARD', transited: 'T', flags: CHECKED },
  { issuer: REALM, etype: 17, kvno: undefined },
  { client: 'u@FAR', options: DISABLE_TRANSITED_CHECK },
  { options: DISABLE_TRANSITED_CHECK },
  { transited: 'EAST' },
  { server: 'krbtgt/OURS.EAST@MID', options: RENEW },
  { server: 'krbtgt/OURS.EAST@MID', options: (FORWARDED | FORWARDABLE) >>> 0 },
  { server: 'krbtgt/OURS.EAST@MID' },
  { server: 'host/plain@MID' },
  { server: 'krbtgt/OURS.EAST', options: RENEW },
  { server: 'krbtgt/MID' },
  { server: 'krbtgt/EAST', client: 'u@FAR' },
  { server: 'krbtgt/NOWHERE' },
  { server: 'krbtgt/A.B.WEST' },
  { server: 'krbtgt/A.B.WEST', options: FORWARDED },
  { server: 'krbtgt/UNHEARD' },
  { client: 'WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS', transited: 'ANY' },
  ...['host', 'http', 'ldap'].flatMap(service =>
    ['x.far.test', 'x.mid.test', 'x.nowhere.test', 'x.else.test', 'plainname'].flatMap(host =>
      [NameType.SRV_HST, NameType.SRV_INST, NameType.UNKNOWN, NameType.PRINCIPAL].flatMap(nameType =>
        [CANONICALIZE, 0].map(options => ({ issuer: 'EAST', client: 'u@EAST', server: `${service}/${host}`, nameType, options })),
      ),
    ),
  ),
].map(rare => ({ ...ordinary, ...rare }))

const realms = ['MID', 'EAST', 'FAR', 'NEAR', 'DEEP', 'LOST', 'WEST', 'B.WEST', 'A.B.WEST', 'X.EAST', REALM, '/COM/HP', '/COM', 'UNHEARD']
const written = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom('MID', 'EAST', 'LOST', 'WEST', 'B.', 'A.', 'X.', '/COM', '/HP', ' /COM'), { maxLength: 3 })
      .map(list => list.join(',')),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom('MID', 'EAST', 'B.', '/COM', ',', ' ', '\\', '\0', 'T', '.'), { maxLength: 6 })
      .map(list => list.join('')),
  },
)
const anyCase: fc.Arbitrary<Case> = fc.record({
  issuer: fc.constantFrom(...ISSUERS, REALM),
  key: fc.constant('right' as const),
  kvno: fc.constantFrom(undefined, 0, 1),
  etype: fc.constantFrom(18, 18, 17, 20, 19),
  client: fc.constantFrom(...realms.map(realm => `u@${realm.replaceAll('/', '\\/')}`)),
  trType: fc.constantFrom(1, 1, 1, 1, 0),
  transited: written,
  flags: fc.constantFrom(FLAGS, 0, 0x10a00000, 0x40200000, 0x00200000, 0x40a80000),
  server: fc.constantFrom('host/plain', 'host/short', 'host/careful', 'krbtgt/OURS.EAST', ...realms.slice(0, 11).map(to => `krbtgt/${to}`)),
  nameType: fc.constant(NameType.SRV_INST),
  options: fc
    .tuple(
      fc.subarray([FORWARDABLE, PROXIABLE, RENEWABLE, CANONICALIZE]),
      fc.oneof(
        { weight: 8, arbitrary: fc.constant<number>(0) },
        { weight: 1, arbitrary: fc.constantFrom<number>(FORWARDED, PROXY, RENEW, VALIDATE, ENC_TKT_IN_SKEY, DISABLE_TRANSITED_CHECK) },
      ),
    )
    .map(([wishes, one]) => wishes.reduce<number>((sum, bit) => sum | bit, one) >>> 0),
})

export type CrossRealmCase = Case
export type CrossRealmAnswer = Answer
