import { beforeEach, describe, expect, it } from 'vitest'
import { VERBS } from '../../../../src/admin/language/index.ts'
import type { PrincipalChange } from '../../../../src/admin/language/records.ts'
import { ChangePasswdData } from '../../../../src/core/asn1/messages/set-passwd.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { randomKey } from '../../../../src/core/crypto/encrypted-data.ts'
import { keyFromPassword } from '../../../../src/core/crypto/string-to-key.ts'
import { PrincipalAttribute } from '../../../../src/core/flags/principal-attributes.ts'
import { TicketFlags } from '../../../../src/core/flags/ticket-flags.ts'
import { decodeFrame, encodeFrame } from '../../../../src/core/kpasswd/frame.ts'
import { defaultSalt, parsePrincipal, unparsePrincipal } from '../../../../src/core/principal/principal.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { type PasswordDesk, passwordDesk } from '../../../helpers/password-desk.ts'

const DONE = { by: 'priv', code: 0, text: '' }
const UNREAD = { by: 'error', code: 3, text: 'Failed reading application request' }
const UNDECIPHERED = { by: 'priv', code: 2, text: 'Failed decrypting request' }
const ALICE = parsePrincipal('alice@R')

let desk: PasswordDesk

beforeEach(async () => {
  desk = await passwordDesk(['dict_file = /words'], {
    '/words': 'xyzzyx\n',
    '/etc/krb5.conf': '[libdefaults]\n default_realm = R\n permitted_enctypes = aes\n',
  })
  await desk.addUser('alice', 'Old.pw1')
  await desk.addUser('desk', 'Desk.pw1')
})

/** Whether alice's newest key is that of the password. */
async function isPassword(password: string): Promise<boolean> {
  const keys = await desk.admin.api.call(VERBS.extractKeys, { principal: ALICE })
  const { etype, value } = keys[0]!.key
  const wanted = await keyFromPassword(etype, new Secret(encodeText(password)), defaultSalt(ALICE))
  return (
    Buffer.compare(
      value.use(octets => Buffer.from(octets)),
      wanted.value.use(octets => Buffer.from(octets)),
    ) === 0
  )
}

const modify = (change: PrincipalChange, principal = ALICE) =>
  desk.admin.api.call(VERBS.modifyPrincipal, { principal, change, clearPolicy: false, unlock: false })

const alice = () => desk.admin.api.call(VERBS.getPrincipal, { principal: ALICE })

describe('a change of one’s own password', () => {
  it('is done, stamped by kadmind and logged', async () => {
    expect(await desk.ask()).toEqual(DONE)
    expect(await isPassword('New.pw1')).toBe(true)
    expect(unparsePrincipal((await alice()).modifiedBy!)).toBe('kadmind@R')
    expect(desk.lines).toEqual(['notice chpw request from 192.0.2.7 for alice@R: success'])
  })

  it.each([
    ['without a subkey', { noSubkey: true }],
    ['with a sequence number', { seqNumber: 0x3fff_0001 }],
    ['with a large sequence number', { seqNumber: 0xffff_fff0 }],
    ['as a setting of it', { target: 'alice' }],
    [
      'as a setting without a name (RFC 3244 §2)',
      { version: 0xff80, userData: ChangePasswdData.encode({ newpasswd: new Secret(encodeText('New.pw1')) }) },
    ],
    ['up to a zero', { userData: encodeText('New.pw1\0more') }],
    ['by a ticket from before, within the skew', { endtime: 1_795_295_953 - 299 }],
  ])('%s', async (_, asking) => {
    expect(await desk.ask(asking)).toEqual(DONE)
    expect(await isPassword('New.pw1')).toBe(true)
  })

  it('needs an initial ticket', async () => {
    expect(await desk.ask({ flags: 0 })).toEqual({ by: 'priv', code: 7, text: 'Ticket must be derived from a password' })
    expect(desk.lines).toEqual(['notice chpw request from 192.0.2.7 for alice@R: Operation requires initial ticket'])
    expect(await isPassword('Old.pw1')).toBe(true)
  })
})

describe('a ticket or an authenticator that is not good', () => {
  it.each([
    ['for kadmin/admin', { server: 'kadmin/admin' }],
    ['for the ticket-granting service', { server: 'krbtgt/R' }],
    ['for a longer name', { server: 'kadmin/changepw/x' }],
    ['in other case', { server: 'kadmin/Changepw' }],
    ['of another realm', { server: 'kadmin/changepw@S' }],
    ['under another key', { sealedWith: randomKey(18, n => new Uint8Array(n)) }],
    ['that has ended', { endtime: 1_795_295_953 - 301 }],
    ['that is not valid yet', { flags: (TicketFlags.INITIAL | TicketFlags.INVALID) >>> 0 }],
    ['from another realm by a path that nobody checked', { crealm: 'FAR' }],
    ['with a session key of an enctype that is not permitted', { sessionEtype: 23, noSubkey: true }],
    ['with a time from the past', { ctime: 1_795_295_953 - 301 }],
    ['with a time to come', { ctime: 1_795_295_953 + 301 }],
  ])('%s', async (_, asking) => {
    expect(await desk.ask(asking)).toEqual(UNREAD)
    expect(await isPassword('Old.pw1')).toBe(true)
    expect(desk.lines).toEqual([])
  })

  it('a password service that may not be one opens nothing', async () => {
    const principal = parsePrincipal('kadmin/changepw@R')
    await modify({ attributes: PrincipalAttribute.DISALLOW_ALL_TIX }, principal)
    expect(await desk.ask()).toEqual(UNREAD)
  })
})

describe('a KRB-PRIV that is not good', () => {
  it('of another sequence number', async () => {
    expect(await desk.ask({ seqNumber: 5, privSeqNumber: 6 })).toEqual(UNDECIPHERED)
  })

  it('that was altered, which does not spoil the authenticator for the real one', async () => {
    const asked = desk.asking()
    const altered = asked.message.slice()
    altered[altered.length - 1]! ^= 1
    expect(asked.told(await desk.send(altered))).toEqual(UNDECIPHERED)
    expect(asked.told(await desk.send(asked.message))).toEqual(DONE)
  })

  it.each([
    ['no ChangePasswdData', { version: 0xff80, userData: encodeText('New.pw1') }],
    ['half a name', { version: 0xff80, userData: ChangePasswdData.encode({ newpasswd: new Secret(encodeText('x')), targrealm: 'R' }) }],
  ])('%s', async (_, asking) => {
    expect(await desk.ask(asking)).toEqual({ by: 'priv', code: 1, text: 'Failed decoding ChangePasswdData' })
  })
})

describe('what is no request', () => {
  const { message } = { message: encodeFrame({ version: 1, ap: Uint8Array.of(0x6e, 0), body: Uint8Array.of(0x75, 0) }) }

  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['three octets', () => message.subarray(0, 3)],
    ['a wrong length', () => Uint8Array.of(0, 99, ...message.subarray(2))],
    ['version 2', () => Uint8Array.of(...message.subarray(0, 2), 0, 2, ...message.subarray(4))],
    ['version 0xff81', () => Uint8Array.of(...message.subarray(0, 2), 0xff, 0x81, ...message.subarray(4))],
    ['an AP-REQ beyond the end', () => Uint8Array.of(...message.subarray(0, 4), 0, 99, ...message.subarray(6))],
    ['an AP-REQ alone', () => encodeFrame({ version: 1, ap: Uint8Array.of(0x6e, 0), body: new Uint8Array(0) })],
    ['no AP-REQ', () => encodeFrame({ version: 1, ap: new Uint8Array(0), body: Uint8Array.of(0x75, 0) })],
    ['an AP-REP', () => encodeFrame({ version: 1, ap: Uint8Array.of(0x6f, 0), body: Uint8Array.of(0x75, 0) })],
  ])('%s is not answered', async (_, octets) => {
    expect(await desk.send(octets())).toBeUndefined()
  })

  it('our own replies are not answered, and an AP-REQ that is none is', async () => {
    const reply = (await desk.send(desk.asking().message))!
    const error = (await desk.send(message))!
    expect(decodeFrame(error).ap).toHaveLength(0)
    expect(await desk.send(reply)).toBeUndefined()
    expect(await desk.send(error)).toBeUndefined()
  })
})

describe('a request that comes again', () => {
  it('gets the same answer and is not obeyed twice, by whatever transport and however it is sealed', async () => {
    const asked = desk.asking()
    expect(asked.told(await desk.send(asked.message))).toEqual(DONE)
    const { kvno } = await alice()
    expect(asked.told(await desk.send(asked.message))).toEqual(DONE)
    expect(asked.told(await desk.send(asked.again(), 'tcp'))).toEqual(DONE)
    expect((await alice()).kvno).toBe(kvno)
    expect(desk.lines).toHaveLength(1)
  })

  it('is silent while the first is being worked on', async () => {
    const asked = desk.asking()
    const replies = await Promise.all([desk.send(asked.message), desk.send(asked.message)])
    expect(replies.map(reply => asked.told(reply))).toEqual([DONE, 'silence'])
  })

  it('gets a refusal again too', async () => {
    const asked = desk.asking({ password: '' })
    const refused = asked.told(await desk.send(asked.message))
    expect(refused).toMatchObject({ code: 4 })
    expect(asked.told(await desk.send(asked.message))).toEqual(refused)
  })

  it('is refused when that is long ago', async () => {
    const asked = desk.asking()
    await desk.send(asked.message)
    desk.admin.clock.seconds += 250
    expect(asked.told(await desk.send(asked.message))).toEqual(UNREAD)
  })

  it('is refused with the same authenticator and another password', async () => {
    const first = desk.asking({ noSubkey: true })
    await desk.send(first.message)
    const stolen = decodeFrame(first.message)
    const other = decodeFrame(desk.asking({ noSubkey: true }).message)
    const mixed = encodeFrame({ version: 1, ap: stolen.ap, body: other.body })
    expect(first.told(await desk.send(mixed))).toEqual(UNDECIPHERED)
    const setting = encodeFrame({ version: 0xff80, ap: stolen.ap, body: stolen.body })
    expect(first.told(await desk.send(setting))).toEqual(UNREAD)
  })
})

describe('passwords of others', () => {
  it('are set by those who may', async () => {
    expect(await desk.ask({ client: 'desk', target: 'alice', flags: 0 })).toEqual(DONE)
    expect(await isPassword('New.pw1')).toBe(true)
    expect(desk.lines).toEqual(['notice setpw request from 192.0.2.7 by desk@R for alice@R: success'])
  })

  it.each(['desk2', 'kadmin/admin', 'nobody', 'K/M'])('%s by somebody who may not', async target => {
    expect(await desk.ask({ client: 'desk', target })).toEqual({ by: 'priv', code: 5, text: 'Unauthorized request' })
  })

  it('by an alias only with the right to the one that it stands for', async () => {
    await desk.addUser('boss', 'Boss.pw1')
    const alias = (name: string, target: string) =>
      desk.admin.api.call(VERBS.addAlias, { alias: parsePrincipal(`${name}@R`), target: parsePrincipal(`${target}@R`) })
    await alias('alice/boss', 'boss')
    await alias('al', 'alice')
    expect(await desk.ask({ client: 'desk', target: 'alice/boss' })).toMatchObject({ code: 5 })
    expect(await desk.ask({ client: 'desk', target: 'al' })).toEqual(DONE)
    expect(await desk.ask({ client: 'alice', target: 'al', flags: 0 })).toMatchObject({ code: 7 })
    expect(await desk.ask({ client: 'alice', target: 'al' })).toEqual(DONE)
  })

  it('of somebody who is not there', async () => {
    await desk.admin.api.call(VERBS.deletePrincipal, { principal: ALICE })
    const text = 'Password not changed.\nPrincipal does not exist while trying to change password.\n'
    expect(await desk.ask({ client: 'desk', target: 'alice' })).toEqual({ by: 'priv', code: 2, text })
  })

  it('names are cut in the log after 125 octets, and stay on one line', async () => {
    await desk.ask({ client: 'desk', target: `${'x'.repeat(130)}\n` })
    expect(desk.lines[0]).toContain(` for ${'x'.repeat(125)}...: Operation requires`)
  })
})

describe('policies', () => {
  const policy = { minLength: 6, minClasses: 2, history: 3, minLife: 3600 }

  beforeEach(async () => {
    await desk.admin.api.call(VERBS.addPolicy, { name: 'strict', change: policy })
    await modify({ policy: 'strict' })
    desk.admin.clock.seconds += 7200
  })

  it.each([
    ['shrt', 'New password is too short.\nPlease choose a password which is at least 6 characters long.'],
    [
      'alllower',
      /^New password does not have enough character classes\.\nThe character classes are:\n\t- lower-case letters,\n[\s\S]*at least 2 character classes\.$/,
    ],
    ['Old.pw1', 'New password was used previously. Please choose a different password.'],
    ['', 'New password is too short.\nPlease choose a password which is at least 6 characters long.'],
  ])('%j', async (password, text) => {
    expect(await desk.ask({ password })).toEqual({
      by: 'priv',
      code: 4,
      text: typeof text === 'string' ? text : expect.stringMatching(text),
    })
    expect(await isPassword('Old.pw1')).toBe(true)
  })

  it('words of the dictionary and the principal’s own name', async () => {
    await desk.admin.api.call(VERBS.modifyPolicy, { name: 'strict', change: { minClasses: 1, minLength: 1 } })
    const text = expect.stringContaining('found in a dictionary of possible passwords and\n')
    expect(await desk.ask({ password: 'Xyzzyx' })).toEqual({ by: 'priv', code: 4, text })
    expect(await desk.ask({ password: 'Alice' })).toEqual({ by: 'priv', code: 4, text })
    expect(await desk.ask({ password: 'r' })).toEqual({ by: 'priv', code: 4, text })
    expect(desk.lines).toEqual([
      'error password quality module dict rejected password for alice@R: Password is in the password dictionary',
      'notice chpw request from 192.0.2.7 for alice@R: Password is in the password dictionary',
      'error password quality module princ rejected password for alice@R: Password may not match principal name',
      'notice chpw request from 192.0.2.7 for alice@R: Password is in the password dictionary',
      'error password quality module princ rejected password for alice@R: Password is in the password dictionary',
      'notice chpw request from 192.0.2.7 for alice@R: Password is in the password dictionary',
    ])
  })

  it('a minimum life, which binds oneself only, and not who has to change', async () => {
    expect(await desk.ask()).toEqual(DONE)
    const text =
      'Password cannot be changed because it was changed too recently.\nPlease wait until Sun Nov 22 00:19:13 2026 before you change it.\n' +
      'If you need to change your password before then, contact your system\nsecurity administrator.'
    expect(await desk.ask({ password: 'Newer.pw1' })).toEqual({ by: 'priv', code: 4, text })
    expect(desk.lines[1]).toBe("notice chpw request from 192.0.2.7 for alice@R: Current password's minimum life has not expired")
    expect(await desk.ask({ client: 'desk', target: 'alice', password: 'Desks.pw1' })).toEqual(DONE)
    await modify({ attributes: PrincipalAttribute.REQUIRES_PWCHANGE })
    expect(await desk.ask({ password: 'Newest.pw1' })).toEqual(DONE)
    expect((await alice()).attributes & PrincipalAttribute.REQUIRES_PWCHANGE).toBe(0)
  })

  it('without one an empty password is none all the same', async () => {
    await desk.addUser('bob', 'Bob.pw1')
    expect(await desk.ask({ client: 'bob', password: '' })).toEqual({
      by: 'priv',
      code: 4,
      text: 'Password is too short\n\nPassword not changed.',
    })
  })
})
