import { existsSync, readFileSync, renameSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Key } from '../../src/core/crypto/etype.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { KdcOptions } from '../../src/core/flags/kdc-options.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { encodeTransited } from '../../src/core/transited/encode.ts'
import { forgedTicket } from '../helpers/forged-ticket.ts'
import { asReq, encryptedTimestamp, type Held, openAsRep, tgsReq } from '../helpers/kdc-talk.ts'
import { type OwnAdminRealm, startOwnAdminRealm } from '../helpers/own-admin-realm.ts'
import { describeWith, mitAdmin } from '../helpers/peers.ts'
import { run, until } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { askUdp } from '../helpers/udp.ts'

const REALM = 'OWN.TEST'
const FOREIGN = 'ELSEWHERE.TEST'

// biome-ignore lint/suspicious/noExplicitAny: events as whoever reads the stream sees them.
type Event = any

/** A day of requests by MIT's programs and octet by octet, and what the audit stream says of it (docs/audit.md). */
describeWith([mitAdmin()], 'the audit stream of a day', () => {
  const scratch = scratchFolder('audit-day')
  const stream = scratch.file('audit.json')
  let realm: OwnAdminRealm
  let alice: Key
  let events: readonly Event[]
  let sent = 0

  const now = () => Math.floor(Date.now() / 1000)
  const ask = (message: Uint8Array) => {
    sent++
    return askUdp(realm.port, message)
  }
  const mit = (program: string, args: readonly string[], input = '') => run(program, args, { env: realm.env, input })
  const read = () =>
    readFileSync(stream, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): Event => JSON.parse(line))
  const logged = (file: string, pattern: RegExp) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => pattern.test(line)).length
  const of = (event: string) => events.filter(one => one.event === event)

  beforeAll(async () => {
    realm = await startOwnAdminRealm(['root/admin@OWN.TEST *', 'reader@OWN.TEST i'], {
      sections: [`[logging]\n audit = FILE:${stream}\n audit_seen_file = ${scratch.file('seen')}`],
      setup: [
        'addprinc -pw alice-pw -maxrenewlife 7d +requires_preauth alice',
        'addprinc -pw root-pw root/admin',
        'addprinc -pw reader-pw reader',
        'addprinc -randkey host/web',
        `addprinc -pw trust-pw -e aes256-cts:normal krbtgt/${REALM}@${FOREIGN}`,
        `addprinc -randkey -e aes256-cts:normal krbtgt/${FOREIGN}@${REALM}`,
        `modprinc -maxrenewlife 7d krbtgt/${REALM}`,
      ],
    })
    alice = await keyFromPassword(18, new Secret(Buffer.from('alice-pw')), Buffer.from(`${REALM}alice`))
    await theDay()
    events = read()
  })
  afterAll(async () => {
    await realm?.stop()
    scratch.remove()
  })

  /** Two hundred requests and more. */
  async function theDay(): Promise<void> {
    for (let n = 0; n < 20; n++) await ask(asReq(REALM, { client: `stranger${n}`, nonce: n }))
    for (let n = 0; n < 20; n++) await ask(asReq(REALM, { client: 'alice', nonce: n }))
    const wrong = await keyFromPassword(18, new Secret(Buffer.from('guess')), Buffer.from(`${REALM}alice`))
    for (let n = 0; n < 10; n++) await ask(asReq(REALM, { client: 'alice', padata: [encryptedTimestamp(wrong, now(), n)] }))
    const tgts: Held[] = []
    const options = KdcOptions.RENEWABLE | KdcOptions.FORWARDABLE | KdcOptions.PROXIABLE
    for (let n = 0; n < 20; n++) {
      const padata = [encryptedTimestamp(alice, now(), 100 + n)]
      tgts.push(openAsRep(await ask(asReq(REALM, { client: 'alice', padata, options, rtime: now() + 90_000, till: now() + 3600 })), alice))
    }
    const [tgt] = tgts as [Held]
    for (const one of tgts) await ask(tgsReq(REALM, one, { server: 'host/web', now: now() }))
    for (let n = 0; n < 20; n++) await ask(tgsReq(REALM, tgt, { server: `host/none${n}`, now: now(), nonce: n }))
    for (let n = 0; n < 10; n++)
      await ask(tgsReq(REALM, tgt, { server: `krbtgt/${REALM}`, options: KdcOptions.RENEW, now: now(), nonce: n }))
    for (let n = 0; n < 10; n++) await ask(tgsReq(REALM, tgt, { server: `krbtgt/${FOREIGN}`, now: now(), nonce: n }))
    for (let n = 0; n < 20; n++)
      await ask(tgsReq(REALM, await foreignTgt(n % 2 === 0 ? 'eve' : 'mallory'), { server: 'host/web', now: now(), nonce: n }))
    mit('kinit', ['alice'], 'alice-pw\n')
    mit('kvno', ['host/web', 'host/missing'])
    mit('kpasswd', ['alice'], 'alice-pw\nNew-pw-1\nNew-pw-1\n')
    mit('kpasswd', ['alice'], 'New-pw-1\n\n\n')
    const script = Array.from({ length: 25 }, (_, n) => `addprinc -randkey service${n}`)
    mit(
      'kadmin',
      ['-p', 'root/admin', '-w', 'root-pw'],
      [...script, 'listprincs', 'delprinc -force service1', 'delprinc -force service1', ''].join('\n'),
    )
    mit('kadmin', ['-p', 'reader', '-w', 'reader-pw', '-q', 'addprinc -pw x y'])
  }

  async function foreignTgt(name: string): Promise<Held> {
    const key = await keyFromPassword(18, new Secret(Buffer.from('trust-pw')), Buffer.from(`${FOREIGN}krbtgt${REALM}`))
    return forgedTicket({
      key,
      kvno: 1,
      server: `krbtgt/${REALM}@${FOREIGN}`,
      client: `${name}@HOME.${FOREIGN}`,
      transited: { trType: 1, contents: encodeTransited([]) },
      flags: TicketFlags.FORWARDABLE | TicketFlags.PRE_AUTHENT,
      authtime: now(),
      endtime: now() + 3600,
    })
  }

  it('has exactly one event for every request that the logs tell of, and each a name of its own', () => {
    const kdc = of('as').length + of('tgs').length
    expect(kdc).toBe(logged(realm.log, /(AS|TGS)_REQ \(/))
    expect(kdc).toBeGreaterThanOrEqual(sent)
    expect(of('password')).toHaveLength(logged(realm.adminLog, /chpw request/))
    expect(of('admin')).toHaveLength(logged(realm.adminLog, /equest: kadm5_/))
    expect(events.length).toBe(kdc + of('password').length + of('admin').length)
    expect(events.length).toBeGreaterThan(200)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(new Set(events.map(({ schema }) => schema))).toEqual(new Set([1]))
  })

  it('counts each kind of request as it was made', () => {
    const count = (wanted: object) => events.filter(event => Object.entries(wanted).every(([key, value]) => event[key] === value)).length
    expect(count({ event: 'as', status: 'CLIENT_NOT_FOUND' })).toBe(20)
    expect(count({ event: 'as', status: 'PREAUTH_FAILED' })).toBe(10)
    expect(count({ event: 'tgs', status: 'LOOKING_UP_SERVER' })).toBeGreaterThanOrEqual(21)
    expect(count({ event: 'tgs', kind: 'renew', outcome: 'success' })).toBe(10)
    expect(count({ event: 'admin', operation: 'kadm5_create_principal', outcome: 'success' })).toBe(25)
  })

  it('follows a ticket from the log-in to each of its uses, across requests', () => {
    const logins = of('as').filter(({ outcome, client }) => outcome === 'success' && client === `alice@${REALM}`)
    const [first] = logins
    const uses = of('tgs').filter(({ header_ticket }) => header_ticket?.id === first.ticket.id)
    expect(uses).toHaveLength(41)
    expect(uses.every(({ address }) => address === '127.0.0.1')).toBe(true)
    expect(first).toMatchObject({ preauth: 'encrypted_timestamp', client_known: true, pkinit: null })
  })

  it('marks what crosses realms, with the path, the service and whether the client is known here', () => {
    const incoming = of('tgs').filter(({ cross_realm }) => cross_realm?.direction === 'in')
    expect(incoming).toHaveLength(20)
    expect(incoming[0].cross_realm).toMatchObject({
      foreign_realm: `HOME.${FOREIGN}`,
      issuer: FOREIGN,
      transited: [],
      service: `host/web@${REALM}`,
      client_known: false,
      first_seen: true,
    })
    expect(incoming.filter(({ cross_realm }) => cross_realm.first_seen)).toHaveLength(2)
    expect(readFileSync(scratch.file('seen'), 'utf8')).toBe(`"eve@HOME.${FOREIGN}"\n"mallory@HOME.${FOREIGN}"\n`)
    const outgoing = of('tgs').filter(({ cross_realm }) => cross_realm?.direction === 'out')
    expect(outgoing).toHaveLength(10)
    expect(outgoing[0].cross_realm).toMatchObject({ foreign_realm: FOREIGN, issuer: REALM })
  })

  it('tells of password changes and of what administrators did, also in vain', () => {
    const client = `alice@${REALM}`
    expect(of('password')).toMatchObject([
      { outcome: 'success', protocol: 'change', client, target: client },
      { outcome: 'failure', error: { code: 'SOFTERROR', number: 4 }, client },
    ])
    const deleted = of('admin').filter(({ operation }) => operation === 'kadm5_delete_principal')
    expect(deleted).toMatchObject([
      { outcome: 'success', target: `service1@${REALM}`, client: `root/admin@${REALM}`, service: `kadmin/admin@${REALM}` },
      { outcome: 'failure', error: { code: 'KADM5_UNK_PRINC', text: 'Principal does not exist' } },
    ])
    const refused = of('admin').find(({ client: who, operation }) => who === `reader@${REALM}` && operation === 'kadm5_create_principal')
    expect(refused).toMatchObject({ outcome: 'failure', error: { code: 'KADM5_AUTH_ADD' }, target: `y@${REALM}` })
  })

  it('holds no password and no key', () => {
    const text = readFileSync(stream, 'utf8')
    for (const secret of ['alice-pw', 'root-pw', 'New-pw-1', 'trust-pw', Buffer.from(alice.value.use(octets => octets)).toString('hex')])
      expect(text).not.toContain(secret)
  })

  it('goes on in a new file when the old one was put aside', async () => {
    const before = read().length
    renameSync(stream, `${stream}.1`)
    await until(async () => {
      await ask(asReq(REALM, { client: 'late', nonce: sent }))
      return existsSync(stream)
    })
    expect(read().at(-1)).toMatchObject({ event: 'as', client: `late@${REALM}` })
    const aside = readFileSync(`${stream}.1`, 'utf8').trimEnd().split('\n').length
    expect(aside).toBeGreaterThanOrEqual(before)
  })
})
