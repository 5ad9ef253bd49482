import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { randomKey } from '../../src/core/crypto/encrypted-data.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { decodeAnswer, decodeFrame, encodeAnswer, encodeFrame, type KpasswdAnswer } from '../../src/core/kpasswd/frame.ts'
import { refusalText } from '../../src/core/kpasswd/result-text.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { changePassword } from '../../src/kdc-client/passwd.ts'
import { kpasswdError, kpasswdReply, seenRequest } from '../helpers/fake-kpasswd.ts'
import { ticketGrantingTicket, world } from '../unit/kdc-client/fake-kdc.ts'

const random = (length: number) => new Uint8Array(randomBytes(length))
const key = randomKey(17, random)
const credential = ticketGrantingTicket({ server: parsePrincipal('kadmin/changepw@R'), key })
const local = Uint8Array.of(127, 0, 0, 1)

/** What a change comes to when the server answers so. */
async function outcome(answer: (request: Bytes) => Bytes): Promise<KpasswdAnswer | KrbError> {
  const passwords = { exchange: async (_: string, messageFrom: (local: Bytes) => Bytes) => answer(messageFrom(local)) }
  const ticket = { credential, offset: { seconds: 0, micros: 0 } }
  try {
    return await changePassword(ticket, new Secret(encodeText('pw')), { env: { ...world(), random } as never, passwords })
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
}

it('frames and answers give their values back', () => {
  const octets = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(fc.nat(0xffff), octets, octets, (version, ap, body) => {
      expect(decodeFrame(encodeFrame({ version, ap, body }))).toEqual({ version, ap, body })
    }),
  )
  fc.assert(
    fc.property(fc.nat(7), octets, (code, text) => {
      expect(decodeAnswer(encodeAnswer({ code, text }))).toEqual({ code, text })
    }),
  )
})

it('any server text is shown in printable characters, lines and tabs', () => {
  fc.assert(
    fc.property(fc.nat(7), fc.uint8Array({ maxLength: 64 }), (code, text) => {
      expect(refusalText({ code, text })).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*(?:[\n\t]+[^\p{Cc}\p{Cf}\p{Cs}]*)*$/u)
    }),
  )
})

it('any octets are an answer or a typed error, and never a success', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async octets => {
      const result = await outcome(() => octets)
      expect(result instanceof KrbError || result.code !== 0).toBe(true)
    }),
    { numRuns: 300 },
  )
})

it('a reply in which anything was changed is no success', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (where, flip, cut) => {
      const result = await outcome(request => {
        const reply = kpasswdReply(seenRequest(request, key, local), key, { code: 0 }, random)
        const at = where % reply.length
        // The version is one of two, both good.
        if (cut || at === 2 || at === 3) return reply.subarray(0, at)
        reply[at]! ^= flip
        return reply
      })
      expect(result instanceof KrbError || result.code !== 0).toBe(true)
    }),
    { numRuns: 300 },
  )
})

it('a KRB-ERROR in which anything was changed is an answer or a typed error, and never a success', async () => {
  const error = kpasswdError(60, encodeAnswer({ code: 4, text: encodeText('no') }))
  await fc.assert(
    fc.asyncProperty(fc.nat(error.length - 1), fc.nat(255), async (at, octet) => {
      const changed = error.slice()
      changed[at] = octet
      const result = await outcome(() => changed)
      expect(result instanceof KrbError || result.code !== 0).toBe(true)
    }),
    { numRuns: 300 },
  )
})
