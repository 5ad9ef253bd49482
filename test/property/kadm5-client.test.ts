import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RecordConnection } from '../../src/admin/client/connection.ts'
import { VERBS } from '../../src/admin/language/index.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { fakeKadmind } from '../unit/admin/client/fake-kadmind.ts'

const ALICE = parsePrincipal('alice@R')

it('whatever a server that we trust with the connection answers is a value or a typed error', async () => {
  const head = fc.constantFrom('1234570400000000', '1234570200000000', '0000000000000016', '')
  const words = fc.array(fc.constantFrom(0, 1, 2, 3, 12, 0x6162_6300, 0x7fff_ffff, 0xffff_ffff), { maxLength: 40 })
  let answer = new Uint8Array(0)
  const { open } = await fakeKadmind(() => answer.slice())
  const api = await open()
  await fc.assert(
    fc.asyncProperty(head, words, fc.uint8Array({ maxLength: 6 }), async (first, middle, tail) => {
      const body = Buffer.alloc(4 * middle.length)
      for (const [i, word] of middle.entries()) body.writeUInt32BE(word >>> 0, 4 * i)
      answer = Uint8Array.from([...Buffer.from(first, 'hex'), ...body, ...tail])
      const calls = [
        api.call(VERBS.getPrincipal, { principal: ALICE }),
        api.call(VERBS.getStrings, { principal: ALICE }),
        api.call(VERBS.extractKeys, { principal: ALICE }),
        api.call(VERBS.listPrincipals, {}),
        api.call(VERBS.getPolicy, { name: 'p' }),
        api.call(VERBS.getPrivs, undefined),
        api.call(VERBS.changePassword, { principal: ALICE, keepOld: false, keySalts: [] }),
      ]
      for (const end of await Promise.allSettled(calls)) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(KrbError)
    }),
  )
})

it('whatever a stranger sends on the connection ends every call with a typed error or its own answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 5 }), async pieces => {
      const rest = [...pieces]
      const connection = new RecordConnection({
        peer: 'stranger:749',
        send: () => undefined,
        close: () => undefined,
        receive: async () => {
          const piece = rest.shift()
          if (piece === undefined) throw new KrbError('ECONNRESET')
          return piece
        },
      })
      const ends = await Promise.allSettled([1, 2, 3].map(xid => connection.exchange(Uint8Array.of(0, 0, 0, xid, ...encodeText('call')))))
      ends.forEach((end, i) => {
        if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'KADM5_RPC_ERROR' })
        else expect([...end.value.subarray(0, 4)]).toEqual([0, 0, 0, i + 1])
      })
    }),
  )
})
