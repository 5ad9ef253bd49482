import { describe, expect, it } from 'vitest'
import { makeApReq } from '../../../../src/core/ap/make-ap-req.ts'
import type { Checksum } from '../../../../src/core/asn1/messages/encrypted-data.ts'
import { EncKrbCredPart, KrbCred } from '../../../../src/core/asn1/messages/krb-cred.ts'
import { KrbErrorMessage } from '../../../../src/core/asn1/messages/krb-error.ts'
import type { EncTicketPart } from '../../../../src/core/asn1/messages/ticket.ts'
import { Ticket } from '../../../../src/core/asn1/messages/ticket.ts'
import { reopen } from '../../../../src/core/asn1/schema.ts'
import { concat, EMPTY } from '../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { randomKey, sealData } from '../../../../src/core/crypto/encrypted-data.ts'
import { TicketFlags } from '../../../../src/core/flags/ticket-flags.ts'
import { type AcceptTerms, acceptContext, serverNamedIn } from '../../../../src/core/gss/accept.ts'
import { decodeGssChecksum, encodeGssChecksum, GssFlag, NO_BINDINGS } from '../../../../src/core/gss/authenticator-checksum.ts'
import { frameToken, SetupToken, unframeToken } from '../../../../src/core/gss/framing.ts'
import { initiateContext } from '../../../../src/core/gss/initiate.ts'
import { toPrincipalName, unparsePrincipal } from '../../../../src/core/principal/principal.ts'
import { KeyUsage } from '../../../../src/core/registry/key-usage.ts'
import { random } from '../../kdc-client/fake-kdc.ts'
import { acceptTerms, CLIENT, codeOf, contextPair, ENV, NOW, SERVER, serviceTicket, WANTED } from './service-ticket.ts'

const TEXT = encodeText('hello')

function accept(part: Partial<EncTicketPart> = {}, terms: Partial<AcceptTerms> = {}) {
  const { credential, keys } = serviceTicket(18, part)
  return acceptContext(initiateContext({ credential, flags: WANTED }, ENV).token, acceptTerms(keys, terms), ENV)
}

/** An initial token whose authenticator has that checksum. */
function tokenWith(cksum: Checksum | undefined, subkey = randomKey(18, random)) {
  const { credential, keys } = serviceTicket()
  const { message } = makeApReq(
    {
      client: CLIENT,
      ticket: credential.ticket,
      sessionKey: credential.key,
      usage: KeyUsage.AP_REQ_AUTH,
      now: NOW,
      ...(cksum && { cksum }),
      subkey,
    },
    ENV,
  )
  return { token: frameToken(SetupToken.AP_REQ, message), keys, credential }
}

describe('a context', () => {
  it('tells the acceptor who came, with which ticket, wanting what', () => {
    expect(accept({ flags: TicketFlags.INITIAL, endtime: NOW.seconds + 77 })).toMatchObject({
      client: CLIENT,
      server: SERVER,
      ticketFlags: TicketFlags.INITIAL,
      authtime: NOW.seconds,
      endtime: NOW.seconds + 77,
      flags: WANTED,
      delegated: [],
    })
  })
  it('without mutual authentication has no reply, and works under the subkey of the initiator', () => {
    const { initiator, acceptor, accepted } = contextPair(18, GssFlag.CONF | GssFlag.INTEG)
    expect(accepted.reply).toEqual(EMPTY)
    expect(acceptor.unwrap(initiator.wrap(TEXT, true)).message).toEqual(TEXT)
    expect(initiator.unwrap(acceptor.wrap(TEXT, true)).message).toEqual(TEXT)
    expect(acceptor.getMic(TEXT)[2]).toBe(1)
  })
  it('names its service before anything is opened', () => {
    const { credential } = serviceTicket()
    expect(unparsePrincipal(serverNamedIn(initiateContext({ credential, flags: WANTED }, ENV).token))).toBe('kadmin/admin@R')
  })
  it('does not promise what is not offered', () => {
    const { token, keys } = tokenWith(encodeGssChecksum({ bindings: NO_BINDINGS, flags: WANTED | GssFlag.SEQUENCE | 0x1000 }))
    expect(acceptContext(token, acceptTerms(keys), ENV).flags).toBe(WANTED)
    const { credential } = serviceTicket()
    expect(() => initiateContext({ credential, flags: GssFlag.SEQUENCE }, ENV)).toThrow('do not exist')
  })
})

describe('an acceptor refuses', () => {
  it.each<[string, string, Partial<EncTicketPart>, Partial<AcceptTerms>]>([
    ['a ticket that ended', 'KRB5KRB_AP_ERR_TKT_EXPIRED', { endtime: NOW.seconds - 301 }, {}],
    ['a ticket to come', 'KRB5KRB_AP_ERR_TKT_NYV', { starttime: NOW.seconds + 301 }, {}],
    ['an invalid ticket', 'KRB5KRB_AP_ERR_TKT_INVALID', { flags: TicketFlags.INVALID }, {}],
    ["another's authenticator", 'KRB5KRB_AP_ERR_BADMATCH', { crealm: 'S' }, {}],
    ['a skewed clock', 'KRB5KRB_AP_ERR_SKEW', { endtime: NOW.seconds + 6000 }, { now: { seconds: NOW.seconds + 301, micros: 0 } }],
    ['without a key', 'KRB5KRB_AP_ERR_NOKEY', {}, { keys: () => [] }],
    ['other channel bindings', 'KRB5KRB_AP_ERR_BADMATCH', {}, { channelBindings: new Uint8Array(16).fill(1) }],
  ])('%s', (_, code, part, terms) => {
    expect(codeOf(() => accept(part, terms))).toBe(code)
  })
  it('a token that it has seen, and only after it was good', () => {
    const { credential, keys } = serviceTicket()
    const { token } = initiateContext({ credential, flags: WANTED }, ENV)
    const terms = acceptTerms(keys)
    expect(codeOf(() => acceptContext(token, { ...terms, channelBindings: new Uint8Array(16).fill(1) }, ENV))).toBe(
      'KRB5KRB_AP_ERR_BADMATCH',
    )
    acceptContext(token, terms, ENV)
    expect(codeOf(() => acceptContext(token, terms, ENV))).toBe('KRB5KRB_AP_ERR_REPEAT')
  })
  it('a foreign client whose path nobody checked', () => {
    const foreign = { ...CLIENT, realm: 'S' }
    const attempt = (part: Partial<EncTicketPart>) => {
      const { credential, keys } = serviceTicket(18, { crealm: 'S', ...part })
      const { token } = initiateContext({ credential: { ...credential, client: foreign }, flags: WANTED }, ENV)
      return codeOf(() => acceptContext(token, acceptTerms(keys), ENV))
    }
    const transited = { trType: 1, contents: encodeText('M') }
    expect(attempt({})).toBe('none')
    expect(attempt({ transited })).toBe('KRB5KRB_AP_ERR_ILL_CR_TKT')
    expect(attempt({ transited, flags: TicketFlags.TRANSITED_POLICY_CHECKED })).toBe('none')
  })
  it('RC4 and triple DES, whose tokens are of another kind', () => {
    for (const etype of [16, 23]) {
      const { credential } = serviceTicket(etype)
      expect(codeOf(() => initiateContext({ credential, flags: WANTED }, ENV))).toBe('KRB5_PROG_ETYPE_NOSUPP')
      const { token, keys } = tokenWith(encodeGssChecksum({ bindings: NO_BINDINGS, flags: WANTED }), randomKey(etype, random))
      expect(codeOf(() => acceptContext(token, acceptTerms(keys), ENV))).toBe('KRB5_PROG_ETYPE_NOSUPP')
    }
  })
  it.each<[string, Checksum | undefined]>([
    ['no checksum', undefined],
    ['a real checksum', { cksumtype: 16, checksum: new Uint8Array(24) }],
    ['a short one', { cksumtype: 0x8003, checksum: Uint8Array.of(16, 0, 0, 0).slice() }],
    ['bindings of another length', { cksumtype: 0x8003, checksum: concat(Uint8Array.of(17, 0, 0, 0), new Uint8Array(21)) }],
    ['delegation cut off', { cksumtype: 0x8003, checksum: delegation(1, 5, new Uint8Array(4)) }],
    ['another delegation option', { cksumtype: 0x8003, checksum: delegation(2, 0, EMPTY) }],
  ])('%s', (_, cksum) => {
    const { token, keys } = tokenWith(cksum)
    expect(codeOf(() => acceptContext(token, acceptTerms(keys), ENV))).toBe('KRB5KRB_AP_ERR_INAPP_CKSUM')
  })
})

describe('channel bindings', () => {
  it('are the same on both sides, and ignored by an acceptor without', () => {
    const channelBindings = new Uint8Array(16).fill(9)
    for (const own of [{ channelBindings }, {}]) {
      const { credential, keys } = serviceTicket()
      const { token } = initiateContext({ credential, flags: WANTED, channelBindings }, ENV)
      expect(codeOf(() => acceptContext(token, acceptTerms(keys, own), ENV))).toBe('none')
    }
  })
})

describe('delegation', () => {
  it.each(['session key', 'subkey'] as const)('hands on the credentials under the %s', which => {
    const tgt = serviceTicket()
    const subkey = randomKey(18, random)
    const part = EncKrbCredPart.encode({
      ticketInfo: [
        { key: { keytype: 18, keyvalue: tgt.credential.key.value }, prealm: 'R', pname: toPrincipalName(CLIENT), endtime: NOW.seconds },
      ],
    })
    const { credential, keys } = serviceTicket()
    const encPart = sealData(which === 'subkey' ? subkey : credential.key, KeyUsage.KRB_CRED_ENCPART, part, random)
    const cred = KrbCred.encode({ tickets: [reopen(Ticket, tgt.credential.ticket)], encPart })
    const { message } = makeApReq(
      {
        client: CLIENT,
        ticket: credential.ticket,
        sessionKey: credential.key,
        usage: KeyUsage.AP_REQ_AUTH,
        now: NOW,
        cksum: { cksumtype: 0x8003, checksum: delegation(1, cred.length, cred) },
        subkey,
      },
      ENV,
    )
    const accepted = acceptContext(frameToken(SetupToken.AP_REQ, message), acceptTerms(keys), ENV)
    expect(accepted.flags).toBe(GssFlag.DELEG)
    expect(accepted.delegated).toMatchObject([{ client: CLIENT, server: SERVER, endtime: NOW.seconds, ticket: tgt.credential.ticket }])
  })
  it('that does not open is refused', () => {
    const { token, keys } = tokenWith({ cksumtype: 0x8003, checksum: delegation(1, 3, new Uint8Array(3)) })
    expect(codeOf(() => acceptContext(token, acceptTerms(keys), ENV))).toMatch(/^ASN1_/)
  })
  it('leaves room for extensions behind it', () => {
    const checksum = concat(delegation(1, 2, Uint8Array.of(1, 2)), new Uint8Array(9))
    expect(decodeGssChecksum({ cksumtype: 0x8003, checksum }).delegated).toEqual(Uint8Array.of(1, 2))
  })
})

describe('an initiator refuses', () => {
  const start = (flags: number = WANTED) => {
    const { credential, keys } = serviceTicket()
    const initiation = initiateContext({ credential, flags }, ENV)
    return { initiation, reply: acceptContext(initiation.token, acceptTerms(keys), ENV).reply }
  }
  it('a missing proof, its own token, an answer to another', () => {
    expect(codeOf(() => start().initiation.complete(EMPTY))).toBe('KRB5_MUTUAL_FAILED')
    const { initiation } = start()
    expect(codeOf(() => initiation.complete(initiation.token))).toBe('KRB5KRB_AP_ERR_MSG_TYPE')
    expect(codeOf(() => start().initiation.complete(start().reply))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
  })
  it('a reply that it did not ask for', () => {
    expect(codeOf(() => start(0).initiation.complete(start().reply))).toBe('KRB5KRB_AP_ERR_MSG_TYPE')
  })
  it('an error, in the words of the acceptor', () => {
    const error = KrbErrorMessage.encode({ stime: 1, susec: 0, errorCode: 37, realm: 'R', sname: toPrincipalName(SERVER) })
    expect(codeOf(() => start().initiation.complete(frameToken(SetupToken.ERROR, error)))).toBe('KRB5KRB_AP_ERR_SKEW')
  })
  it('to go on after a failure', () => {
    const { initiation, reply } = start()
    expect(codeOf(() => initiation.complete(EMPTY))).toBe('KRB5_MUTUAL_FAILED')
    expect(() => initiation.complete(reply)).toThrow('completed once')
  })
})

describe('the frame', () => {
  const framed = frameToken(SetupToken.AP_REQ, new Uint8Array(300).fill(5))
  it('is RFC 2743 §3.1', () => {
    expect(Buffer.from(framed.subarray(0, 17)).toString('hex')).toBe('608201390609' + '2a864886f712010202' + '0100')
    expect(unframeToken(framed)).toEqual({ kind: SetupToken.AP_REQ, message: new Uint8Array(300).fill(5) })
  })
  it('has exactly the length that it says, in DER, and our mechanism', () => {
    const short = frameToken(SetupToken.AP_REQ, EMPTY)
    const bad: readonly [Uint8Array, RegExp][] = [
      [EMPTY, /^ASN1_/],
      [framed.slice(0, -1), /^ASN1_OVERRUN$/],
      [concat(framed, Uint8Array.of(0)), /^ASN1_BAD_LENGTH$/],
      [concat(Uint8Array.of(0x61), framed.subarray(1)), /^ASN1_BAD_ID$/],
      [concat(Uint8Array.of(0x60, 0x81), short.subarray(1)), /^ASN1_BAD_FORMAT$/],
      [concat(Uint8Array.of(0x60, 0x80), short.subarray(2)), /^ASN1_INDEF$/],
      [short.with(12, 3), /^KRB5KRB_AP_ERR_MSG_TYPE$/],
      [Uint8Array.of(0x60, 0x02, 0x06, 0x00), /^KRB5KRB_AP_ERR_MSG_TYPE$/],
      [Uint8Array.of(0x60, 0x0c, ...short.subarray(2, 14)), /^KRB5KRB_AP_ERR_MSG_TYPE$/],
    ]
    for (const [token, code] of bad) expect(codeOf(() => unframeToken(token))).toMatch(code)
  })
})

function delegation(option: number, length: number, message: Uint8Array): Uint8Array {
  const { checksum } = encodeGssChecksum({ bindings: NO_BINDINGS, flags: GssFlag.DELEG })
  return concat(checksum, Uint8Array.of(option, 0, length & 0xff, length >> 8), message)
}
