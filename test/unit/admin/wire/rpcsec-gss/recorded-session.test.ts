import { describe, expect, it } from 'vitest'
import { RpcsecServer } from '../../../../../src/admin/wire/rpcsec-gss/server.ts'
import { Authenticator } from '../../../../../src/core/asn1/messages/ap.ts'
import { toHex } from '../../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../../src/core/bytes/text.ts'
import { prepareKey } from '../../../../../src/core/crypto/encrypted-data.ts'
import { MemoryReplayCache } from '../../../../../src/core/rcache/replay-cache.ts'
import { confounderOf, hex, numberOctets, RECORDED, recordedSession, scripted } from '../../../core/gss/recorded-session.ts'

describe.skipIf(!RECORDED)('the calls of kadmin, recorded (../shared/vectors is needed)', () => {
  it('get the answers of kadmind, octet for octet, from the same results and random octets', async () => {
    const session = recordedSession()
    const answers = session.messages.filter(({ dir }) => dir === 'server-to-client')
    const { random, left } = scripted(
      session.acceptorSubkey,
      // kadmind throws its first token away.
      numberOctets(session.answer.acceptor_seq + 1),
      new Uint8Array(16),
      encodeText('xxxx'),
      ...answers.map(({ body }) => confounderOf(session.acceptorSubkey, 22, hex(body!.token).subarray(16))),
    )
    const { ctime } = Authenticator.decode(hex(session.init.authenticator_plain))
    const server = new RpcsecServer(
      {
        program: 2112,
        version: 2,
        keysOf: () => () => [prepareKey(session.serviceKey)],
        accepts: () => true,
        clockskew: 300,
        replayCache: new MemoryReplayCache({ clockskew: 300 }),
      },
      { random, clock: { now: () => ({ seconds: ctime, micros: 0 }) } },
    )
    expect(await server.receive(hex(session.init.record))).toHaveProperty('reply')
    const procedures: number[] = []
    for (const message of session.messages) {
      if (message.dir !== 'client-to-server') continue
      const answer = answers.shift()!
      const received = (await server.receive(hex(message.record)))!
      if ('reply' in received) {
        expect(message.procedure).toBe('RPCSEC_GSS_DESTROY')
        expect(toHex(received.reply)).toBe(answer.record)
        continue
      }
      const { procedure, args, caller } = received.call
      procedures.push(procedure)
      expect(toHex(args)).toBe(message.body!.plain!.slice(8))
      expect(caller.client.components).toEqual(['root', 'admin'])
      expect(toHex(received.call.answer(hex(answer.body!.plain!).subarray(4)))).toBe(answer.record)
    }
    expect(procedures).toEqual([13, 5, 11, 1])
    expect(left()).toBe(0)
  })
})
