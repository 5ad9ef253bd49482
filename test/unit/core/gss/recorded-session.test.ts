import { describe, expect, it } from 'vitest'
import { ApRep, ApReq, Authenticator } from '../../../../src/core/asn1/messages/ap.ts'
import { toHex } from '../../../../src/core/bytes/bytes.ts'
import { prepareKey } from '../../../../src/core/crypto/encrypted-data.ts'
import { acceptContext, serverNamedIn } from '../../../../src/core/gss/accept.ts'
import type { GssContext } from '../../../../src/core/gss/context.ts'
import { unframeToken } from '../../../../src/core/gss/framing.ts'
import { initiateContext } from '../../../../src/core/gss/initiate.ts'
import { fromPrincipalName, unparsePrincipal } from '../../../../src/core/principal/principal.ts'
import { confounderOf, hex, numberOctets, RECORDED, type RecordedMessage, recordedSession, scripted } from './recorded-session.ts'
import { acceptTerms, WANTED } from './service-ticket.ts'

describe.skipIf(!RECORDED)('the session of MIT, recorded (../shared/vectors is needed)', () => {
  const session = RECORDED ? recordedSession() : (undefined as never)

  it('begins with the token that we make from the same random octets', () => {
    expect(toHex(initiator().token)).toBe(session.init.gss_token)
  })
  it('is answered with the token that we make from the same random octets', () => {
    const { reply, client, server, flags } = acceptor()
    expect(toHex(reply)).toBe(session.answer.gss_token)
    expect([client, server].map(name => unparsePrincipal(name))).toEqual(['root/admin@WIRE.TEST', 'kadmin/admin@WIRE.TEST'])
    expect(flags).toBe(WANTED)
  })
  it('has the tokens of kadmin: ours are the same, and ours opens those of kadmind', () => {
    replay(initiator(confoundersOf('client-to-server')).complete(hex(session.answer.gss_token)), 'client-to-server')
  })
  it('has the tokens of kadmind: ours are the same, and ours opens those of kadmin', () => {
    const { context } = acceptor(confoundersOf('server-to-client'))
    // MIT signs the answer to the set-up twice and sends the second.
    context.getMic(new Uint8Array(0))
    expect(toHex(context.getMic(numberOctets(32)))).toBe(session.answer.verifier!.token)
    replay(context, 'server-to-client')
  })

  function initiator(confounders: readonly Uint8Array[] = []) {
    const apReq = ApReq.decode(unframeToken(hex(session.init.gss_token)).message)
    const { cname, crealm, ctime, cusec } = Authenticator.decode(hex(session.init.authenticator_plain))
    const first = confounderOf(
      session.sessionKey.value.use(key => key),
      11,
      apReq.authenticator.cipher,
    )
    const { random } = scripted(session.initiatorSubkey, numberOctets(session.init.initiator_seq), first, ...confounders)
    const credential = { client: fromPrincipalName(cname, crealm), key: session.sessionKey, ticket: apReq.ticket.octets }
    const now = { seconds: ctime, micros: cusec }
    return initiateContext({ credential, flags: WANTED }, { random, clock: { now: () => now } })
  }

  function acceptor(confounders: readonly Uint8Array[] = []) {
    const token = hex(session.init.gss_token)
    const apRep = ApRep.decode(unframeToken(hex(session.answer.gss_token)).message)
    const first = confounderOf(
      session.sessionKey.value.use(key => key),
      12,
      apRep.encPart.cipher,
    )
    const { random } = scripted(session.acceptorSubkey, numberOctets(session.answer.acceptor_seq), first, ...confounders)
    const { ctime } = Authenticator.decode(hex(session.init.authenticator_plain))
    expect(serverNamedIn(token).components).toEqual(['kadmin', 'admin'])
    const keys = () => [prepareKey(session.serviceKey)]
    return acceptContext(token, acceptTerms(keys, { now: { seconds: ctime, micros: 0 } }), { random })
  }

  function confoundersOf(dir: RecordedMessage['dir']) {
    const usage = dir === 'client-to-server' ? 24 : 22
    const sent = session.messages.filter(message => message.dir === dir)
    return sent.map(({ body }) => confounderOf(session.acceptorSubkey, usage, hex(body!.token).subarray(16)))
  }

  function replay(context: GssContext, sends: RecordedMessage['dir']) {
    expect(session.messages).toHaveLength(10)
    for (const { dir, verifier, body } of session.messages) {
      const over = hex(verifier!.over!)
      const plain = hex(body!.plain!)
      if (dir === sends) {
        expect(toHex(context.getMic(over))).toBe(verifier!.token)
        expect(toHex(context.wrap(plain, true))).toBe(body!.token)
      } else {
        context.verifyMic(over, hex(verifier!.token))
        expect(context.unwrap(hex(body!.token))).toEqual({ message: plain, sealed: true })
      }
    }
  }
})
