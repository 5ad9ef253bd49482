import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerCall, receiveCall } from '../../src/admin/server/answer.ts'
import type { AdminDesk } from '../../src/admin/server/desk.ts'
import { ApiVersion } from '../../src/admin/wire/kadm5/masks.ts'
import { decodeResult, encodeArguments } from '../../src/admin/wire/kadm5/messages.ts'
import { type AnyProcedure, PROCEDURES, type ProcedureName } from '../../src/admin/wire/kadm5/procedures.ts'
import { EMPTY_POLICY_ENT, EMPTY_PRINCIPAL_ENT } from '../../src/admin/wire/kadm5/structures.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { codeOfNumber } from '../../src/core/errors/tables/index.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { kadm5Desk, name } from '../helpers/kadm5-desk.ts'

const names = ['alice', 'bob', 'nick', 'kadmin/history', 'K/M', 'root/admin', 'a/b@OTHER'].map(name)
const principal = fc.constantFrom(undefined, ...names)
const number = fc.oneof(fc.constantFrom(0, 1, 2, 255, 256, 65_535, 0x7fffffff, 0xffffffff), fc.nat())
const signed = number.map(value => value | 0)
const text = fc.oneof(
  fc.constantFrom(undefined, '', 'p', 'strict', '*', '['),
  fc.string({ maxLength: 5 }).map(value => value.replaceAll('\0', '')),
)
const mask = fc.oneof(
  number,
  fc.subarray(Array.from({ length: 20 }, (_, i) => 1 << i)).map(bits => bits.reduce((sum, bit) => sum | bit, 0)),
)
const tlData = fc.option(
  fc.array(fc.record({ type: fc.constantFrom(1, 3, 12, 255, 256, 0x700, 0x7fff, -1), value: fc.uint8Array({ maxLength: 6 }) }), {
    maxLength: 3,
  }),
  { nil: undefined },
)
const keySalts = fc.array(fc.record({ etype: fc.constantFrom(17, 18, 23, 99, -5), saltType: fc.constantFrom(0, 2, 4, 77) }), {
  maxLength: 3,
})
const key = () =>
  fc.record({ etype: fc.constantFrom(17, 18, 99), value: fc.constantFrom(0, 16, 32).map(length => new Secret(new Uint8Array(length))) })
const password = () =>
  fc.option(
    fc.string({ maxLength: 6 }).map(value => new Secret(encodeText(value.replaceAll('\0', '')))),
    { nil: undefined },
  )
const numbers = (...fields: string[]) => Object.fromEntries(fields.map(field => [field, number]))
const entry = fc.record({
  ...numbers('princExpireTime', 'pwExpiration', 'attributes', 'kvno', 'failAuthCount'),
  ...{
    principal,
    policy: text,
    maxLife: signed,
    maxRenewableLife: signed,
    keyCount: fc.constantFrom(0, 2),
    tlCount: fc.constant(0),
    tlData,
  },
})
const policyEntry = fc.record({
  ...{ policy: text, pwMinLife: signed, pwMaxLife: signed, pwMinLength: signed, pwMinClasses: signed, pwHistoryNum: signed },
  ...{ pwMaxFail: number, attributes: number, maxLife: signed, allowedKeysalts: text, tlData },
})
const versioned = fc.record({ kvno: number, key: key(), saltType: fc.constantFrom(0, 4, 9), salt: fc.uint8Array({ maxLength: 4 }) })

/** Whatever a caller may say, in the fields of all procedures. */
const said = fc.record({
  ...{ entry, policyEntry, mask, password: password(), principal, keySalts, keepOld: fc.boolean(), alias: principal, source: principal },
  ...{ target: principal, pattern: text, name: text, key: text, value: text, kvno: number, keepKvno: signed },
  ...{ keys: fc.array(key(), { maxLength: 3 }), versioned: fc.array(versioned, { maxLength: 3 }) },
})
const procedure = fc.constantFrom(...(Object.keys(PROCEDURES) as ProcedureName[]))
const version = fc.constantFrom(ApiVersion.V2, ApiVersion.V3, ApiVersion.V4)

describe('the administration server', () => {
  let desk: AdminDesk
  const log: string[] = []
  beforeAll(async () => {
    const { admin } = await kadm5Desk([])
    const acl = [{ line: 1, client: 'any' as const, privileges: new Set([...'admcilse'] as 'a'[]) }]
    desk = { context: admin.context, acl, log: (level, line) => log.push(`${level} ${line}`) }
  })
  const caller = { client: name('root/admin'), service: name('kadmin/admin'), initial: true, address: '192.0.2.1' }

  it('answers every call that can be said, with a code that has a name and in one line of the log', async () => {
    await fc.assert(
      fc.asyncProperty(procedure, said, version, async (called, words, speaks) => {
        const row = PROCEDURES[called] as AnyProcedure
        const args = {
          ...words,
          entry: /Policy/.test(called) ? { ...EMPTY_POLICY_ENT, ...words.policyEntry } : { ...EMPTY_PRINCIPAL_ENT, ...words.entry },
          keys: called === 'setkeyPrincipal4' ? words.versioned : words.keys,
        }
        const octets = encodeArguments(row, { version: speaks, arguments: args as never })
        const before = log.length
        const { code } = decodeResult(row, await answerCall(desk, caller, receiveCall(called, octets, 'R')), 'R')
        expect(code === 0 || codeOfNumber(code) !== undefined).toBe(true)
        // A password that is refused has a line of its own before that of its call.
        const lines = log.slice(before).filter(line => !/^error password quality module \w+ rejected password for [^\p{Cc}]*$/u.test(line))
        expect(lines.length).toBeLessThanOrEqual(lines[0]?.startsWith('notice Unauthorized') ? 2 : 1)
        for (const line of lines) expect(line).toMatch(/^(notice (Unauthorized request|Request): kadm5_|info Refused: )[^\p{Cc}]*$/u)
      }),
      { numRuns: 400 },
    )
  })
  it('understands or refuses any octets', () => {
    fc.assert(
      fc.property(procedure, fc.uint8Array({ maxLength: 120 }), (called, octets) => {
        try {
          receiveCall(called, octets, 'R')
        } catch (error) {
          expect(error).toBeInstanceOf(KrbError)
          expect((error as KrbError).code).toBe('KADM5_XDR_FAILURE')
        }
      }),
    )
  })
})
