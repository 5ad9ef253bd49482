import { describe, expect, it } from 'vitest'
import { ChangePasswdData } from '../../../src/core/asn1/messages/set-passwd.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../src/core/bytes/text.ts'
import { randomKey } from '../../../src/core/crypto/encrypted-data.ts'
import { encodeAnswer, encodeFrame } from '../../../src/core/kpasswd/frame.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { changePassword } from '../../../src/kdc-client/passwd.ts'
import { kpasswdError, kpasswdReply, type ReplyTerms, type SeenRequest, seenRequest } from '../../helpers/fake-kpasswd.ts'
import { ALICE, NOW, random, ticketGrantingTicket, world } from './fake-kdc.ts'

const SERVICE = parsePrincipal('kadmin/changepw@R')
const CREDENTIAL = ticketGrantingTicket({ server: SERVICE })
const LOCAL = Uint8Array.of(192, 0, 2, 1)

/** Asks a server that answers as told, and returns what it saw beside the answer. */
async function ask(answer: (seen: SeenRequest) => Bytes, target?: string, offset = 0) {
  const env = world()
  const seen: SeenRequest[] = []
  const passwords = {
    exchange: async (realm: string, messageFrom: (local: Bytes) => Bytes) => {
      expect(realm).toBe('R')
      seen.push(seenRequest(messageFrom(LOCAL), CREDENTIAL.key, LOCAL))
      return answer(seen[0]!)
    },
  }
  const ticket = { credential: CREDENTIAL, offset: { seconds: offset, micros: 0 } }
  const password = new Secret(encodeText('n3w.пароль'))
  const principal = target === undefined ? undefined : parsePrincipal(target)
  const result = await changePassword(ticket, password, { env: env as never, passwords }, principal)
  return { result, seen: seen[0]!, env, password }
}

const replying = (terms: ReplyTerms) => (seen: SeenRequest) => kpasswdReply(seen, CREDENTIAL.key, terms, random)

describe('a change of password', () => {
  it('sends the password alone, version 1, with a subkey of its own and without numbers', async () => {
    const { result, seen, env, password } = await ask(replying({ code: 0 }), undefined, 40)
    expect(result).toEqual({ code: 0, text: new Uint8Array(0) })
    expect(seen.version).toBe(1)
    expect(decodeText(seen.userData)).toBe('n3w.пароль')
    expect(seen.authenticator).toMatchObject({ crealm: 'R', ctime: NOW + 40, cname: { nameString: ALICE.components } })
    expect(seen.authenticator.seqNumber).toBeUndefined()
    expect(env.events.map(({ event }) => event)).toEqual(['ap-req-made', 'ap-rep-read'])
    // The caller's password is the caller's.
    expect(password.use(decodeText)).toBe('n3w.пароль')
  })

  it('names somebody else by version 0xff80', async () => {
    const { seen } = await ask(replying({ code: 0, version: 0xff80 }), 'bob/x@OTHER')
    expect(seen.version).toBe(0xff80)
    const data = ChangePasswdData.decode(seen.userData)
    expect(data.newpasswd.use(decodeText)).toBe('n3w.пароль')
    expect(data).toMatchObject({ targname: { nameString: ['bob', 'x'] }, targrealm: 'OTHER' })
  })

  it('returns what the server says', async () => {
    const { result } = await ask(replying({ code: 4, text: 'too short' }))
    expect(result).toEqual({ code: 4, text: encodeText('too short') })
  })

  it.each([
    ['in a frame', (octets: Bytes) => encodeFrame({ version: 1, ap: new Uint8Array(0), body: octets })],
    ['without one', (octets: Bytes) => octets],
  ])('takes a refusal in a KRB-ERROR %s, but no success', async (_, wrapped) => {
    const refusal = encodeAnswer({ code: 3, text: encodeText('no') })
    expect((await ask(() => wrapped(kpasswdError(60, refusal)))).result).toEqual({ code: 3, text: encodeText('no') })
    const success = encodeAnswer({ code: 0, text: new Uint8Array(0) })
    await expect(ask(() => wrapped(kpasswdError(60, success)))).rejects.toMatchObject({
      code: 'KRB5KRB_AP_ERR_MODIFIED',
      hints: ['a success in an error message, which nobody vouches for: the password may be the old one'],
    })
    await expect(ask(() => wrapped(kpasswdError(37)))).rejects.toMatchObject({ code: 'KRB5KRB_AP_ERR_SKEW' })
  })

  it.each<[string, (seen: SeenRequest) => Bytes, string]>([
    ['another version', replying({ code: 0, version: 2 }), 'KRB5KDC_ERR_BAD_PVNO'],
    ['an unknown code', replying({ code: 8 }), 'KRB5KRB_AP_ERR_MODIFIED'],
    ['other times in the AP-REP', replying({ code: 0, ctime: NOW - 1 }), 'KRB5_MUTUAL_FAILED'],
    ['a number that is not the AP-REP’s', replying({ code: 0, seqNumbers: [77, 78] }), 'KRB5KRB_AP_ERR_BADORDER'],
    ['no number after one', replying({ code: 0, seqNumbers: [77, undefined] }), 'KRB5KRB_AP_ERR_BADORDER'],
    ['another key', replying({ code: 0, key: randomKey(CREDENTIAL.key.etype, random) }), 'KRB5KRB_AP_ERR_BAD_INTEGRITY'],
    ['nothing in the KRB-PRIV’s place', replying({ code: 0, body: new Uint8Array(0) }), 'ASN1_OVERRUN'],
    [
      'our own message',
      seen => kpasswdReply(seen, CREDENTIAL.key, { code: 0, body: seen.krbPriv, seqNumbers: [0, 0] }, random),
      'KRB5KRB_AP_ERR_MODIFIED',
    ],
    ['nothing', () => new Uint8Array(0), 'KRB5KRB_AP_ERR_MODIFIED'],
    ['a length that lies', () => Uint8Array.of(0, 9, 0, 1, 0, 0), 'KRB5KRB_AP_ERR_MODIFIED'],
    ['half a KRB-ERROR', () => kpasswdError(60).subarray(0, 20), 'ASN1_OVERRUN'],
  ])('believes no reply with %s', async (_, answer, code) => {
    await expect(ask(answer)).rejects.toMatchObject({ name: 'KrbError', code })
  })

  it('takes a server without numbers', async () => {
    expect((await ask(replying({ code: 0, seqNumbers: [undefined, undefined] }))).result.code).toBe(0)
  })
})
