import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { VERBS } from '../../src/admin/language/index.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { encodeFrame } from '../../src/core/kpasswd/frame.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { type PasswordDesk, passwordDesk } from '../helpers/password-desk.ts'

let desk: PasswordDesk

beforeAll(async () => {
  desk = await passwordDesk()
  await desk.addUser('alice', 'Old.pw1')
})

const version = () => desk.admin.api.call(VERBS.getPrincipal, { principal: parsePrincipal('alice@R') }).then(({ kvno }) => kvno)

/** Whatever comes: silence or a well-formed answer, no line about a failure of ours, and nobody's password changed. */
async function isWithstood(message: Bytes): Promise<void> {
  const before = await version()
  const reply = await desk.send(message)
  if (reply !== undefined) {
    expect(desk.asking().told(reply)).toMatchObject({ by: 'error', code: 3 })
    expect(await desk.send(reply)).toBeUndefined()
  }
  expect(desk.lines.filter(line => line.startsWith('error'))).toEqual([])
  expect(await version()).toBe(before)
}

it('any octets', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), isWithstood))
})

it('any octets in a frame, as an AP-REQ and what follows it', async () => {
  const after = (first: number) => fc.uint8Array({ maxLength: 200 }).map(octets => Uint8Array.of(first, ...octets))
  const frames = fc
    .tuple(fc.constantFrom(1, 0xff80, 2), after(0x6e), after(0x75))
    .map(([v, ap, body]) => encodeFrame({ version: v, ap, body }))
  await fc.assert(fc.asyncProperty(frames, isWithstood))
})

it('a request in which anything was changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom('flip', 'cut', 'add', 'drop'), async (where, by, how) => {
      const asked = desk.asking()
      const at = where % asked.message.length
      const before = await version()
      const reply = await desk.send(mutated(asked.message, at, by, how))
      const told = asked.told(reply)
      // The ticket's kvno is a hint, its name's type means nothing, and options that nobody acts on are not signed.
      if (told !== 'silence' && told.code === 0) {
        expect(how).toBe('flip')
        expect(await version()).toBe(before + 1)
      } else expect(await version()).toBe(before)
      expect(desk.lines.filter(line => line.startsWith('error'))).toEqual([])
    }),
    { numRuns: 400 },
  )
})

it('any user data from somebody with a good ticket', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), async userData => {
      const told = await desk.ask({ version: 0xff80, userData })
      expect(told).toMatchObject({ by: 'priv' })
      expect(desk.lines.filter(line => line.startsWith('error'))).toEqual([])
    }),
  )
})

/** With the length put right, so that more than the length is looked at. */
function mutated(message: Bytes, at: number, by: number, how: 'flip' | 'cut' | 'add' | 'drop'): Bytes {
  if (how === 'flip') {
    const changed = message.slice()
    changed[at]! ^= by
    return changed
  }
  const added = how === 'add' ? [by] : []
  const rest = how === 'cut' ? [] : message.subarray(how === 'drop' ? at + 1 : at)
  const changed = Uint8Array.of(...message.subarray(0, at), ...added, ...rest)
  if (changed.length >= 2) new DataView(changed.buffer).setUint16(0, changed.length)
  return changed
}
