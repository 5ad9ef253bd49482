import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { issuedTgt } from '../../../../src/admin/client/trust/issue.ts'
import { ApReq } from '../../../../src/core/asn1/messages/ap.ts'
import { AsReq, TgsReq } from '../../../../src/core/asn1/messages/kdc-req.ts'
import { randomKey } from '../../../../src/core/crypto/encrypted-data.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { tgtPrincipal } from '../../../../src/core/principal/principal.ts'
import { meetKdc } from '../../../../src/kdc-client/trust/meet-kdc.ts'
import { openingAt } from '../../../../src/kdc-client/trust/opening.ts'
import { contextOf } from '../fake-context.ts'
import { kdcError, NOW } from '../fake-kdc.ts'

const random = (length: number) => new Uint8Array(randomBytes(length))

/** What a KDC that answers by the version of the ticket's key makes of a ticket of version 2. */
async function opening(answer: (kvno: number | undefined) => number) {
  const shown: (number | undefined)[] = []
  const { context } = await contextOf(message => {
    const kvno = ApReq.decode(TgsReq.decode(message).padata![0]!.padataValue).ticket.value.encPart.kvno
    shown.push(kvno)
    const errorCode = answer(kvno)
    return kdcError(errorCode, errorCode === GENERIC ? { eText: 'PROCESS_TGS' } : {})
  })
  const now = context.env.clock.now()
  const tgt = issuedTgt({ kvno: 2, key: randomKey(18, random) }, tgtPrincipal('B', 'A'), now.seconds, { random })
  return { opening: await openingAt('B', tgt, now, context), shown }
}

/** Codes of RFC 4120 §7.5.9. */
const [UNKNOWN, POLICY, INTEGRITY, NOT_US, BADKEYVER, NOKEY, GENERIC] = [7, 12, 31, 35, 44, 45, 60]

describe('what a KDC makes of a ticket of another realm', () => {
  it.each([
    ['takes it, and refuses what is inside', () => POLICY, { is: 'opened' }],
    ['does not know the principal', () => UNKNOWN, { is: 'missing' }],
    ["does not know it, in Heimdal's words", () => NOT_US, { is: 'missing' }],
    ['cannot open it', () => INTEGRITY, { is: 'other-key' }],
    [
      'has the key under another version',
      (kvno?: number) => (kvno === undefined || kvno === 4 ? POLICY : BADKEYVER),
      { is: 'other-kvno', kvno: 4 },
    ],
    ['has it under a version that nobody guesses', (kvno?: number) => (kvno === undefined ? POLICY : NOKEY), { is: 'other-kvno' }],
    ['has another key under another version', (kvno?: number) => (kvno === 3 ? INTEGRITY : GENERIC), { is: 'other-key' }],
    [
      'has another key, and says so when no version is stated',
      (kvno?: number) => (kvno === undefined ? INTEGRITY : NOKEY),
      { is: 'other-key' },
    ],
    ['has no key of the enctype', () => GENERIC, { is: 'no-such-etype' }],
  ] as const)('%s', async (_, answer, expected) => {
    expect((await opening(answer)).opening).toEqual(expected)
  })

  it('shows the ticket as it is first, and not again when that says all', async () => {
    expect((await opening(() => INTEGRITY)).shown).toEqual([2])
    const { shown } = await opening(() => NOKEY)
    expect(shown.slice(0, 3)).toEqual([2, undefined, 1])
    expect(new Set(shown).size).toBe(shown.length)
  })

  it('gives other refusals as they are', async () => {
    const { context } = await contextOf(() => kdcError(GENERIC, { eText: 'disk full' }))
    const tgt = issuedTgt({ kvno: 2, key: randomKey(18, random) }, tgtPrincipal('B', 'A'), NOW, { random })
    expect(await openingAt('B', tgt, { seconds: NOW, micros: 0 }, context)).toMatchObject({
      is: 'refused',
      error: { message: 'KDC returned error string: disk full' },
    })
    expect((await opening(() => 9)).opening).toMatchObject({ is: 'refused', error: { code: 'KRB5KDC_ERR_NULL_KEY' } })
  })
})

describe('the first question to a KDC', () => {
  it('asks as the krbtgt of the realm, with an enctype that gives nobody a ticket', async () => {
    const { context, asked } = await contextOf(() => kdcError(14))
    await meetKdc('B', context)
    const { reqBody } = AsReq.decode(asked[0]!.message)
    expect(reqBody.value).toMatchObject({ realm: 'B', cname: { nameString: ['krbtgt', 'B'] }, etype: [1] })
  })

  it('asks again as a user of that name, which the account has in Active Directory', async () => {
    const { context, asked } = await contextOf(message =>
      kdcError(AsReq.decode(message).reqBody.value.cname!.nameString.length === 1 ? 18 : 6, { stime: NOW + 5 }),
    )
    expect(await meetKdc('B', context)).toMatchObject({ is: 'there', ahead: 5 })
    expect(asked).toHaveLength(2)
  })

  it('learns the time, the wrong realm and silence', async () => {
    const answered = async (errorCode: number, stime = NOW) => meetKdc('B', (await contextOf(() => kdcError(errorCode, { stime }))).context)
    expect(await answered(14, NOW + 900)).toMatchObject({ is: 'there', ahead: 900 })
    expect(await answered(25, NOW - 7)).toMatchObject({ is: 'there', ahead: -7 })
    expect(await answered(6)).toMatchObject({ is: 'other-realm' })
    expect(await answered(68)).toMatchObject({ is: 'other-realm' })
    const silent = await contextOf(() => {
      throw new KrbError('KRB5_KDC_UNREACH')
    })
    expect(await meetKdc('B', silent.context)).toMatchObject({ is: 'unreachable', error: { code: 'KRB5_KDC_UNREACH' } })
    const garbled = await contextOf(() => Uint8Array.of(0x7e, 0x80, 0x00))
    expect(await meetKdc('B', garbled.context)).toMatchObject({ is: 'unreachable' })
  })
})
