import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { parsePrincipal, unparsePrincipal } from '../../src/core/principal/principal.ts'
import type { PolicyEntry, PrincipalEntry } from '../../src/kdc/store/entry.ts'
import { DUMP_FORMATS, policyLine, principalLine } from '../../src/kdc/store/mit-dump.ts'
import { DumpReader, type DumpRecord } from '../../src/kdc/store/mit-dump-reader.ts'

const u32 = fc.nat(0xffff_ffff)
const octets = fc.uint8Array({ maxLength: 80 })
/** Any octets at all, as text: names come from strangers. */
const text = fc.string({ unit: 'binary', maxLength: 12 }).filter(value => !/[\ud800-\udfff]/.test(value))
const tlData = fc.array(fc.record({ type: fc.nat(0xffff), contents: octets }), { maxLength: 5 })
const keyBase = { kvno: fc.nat(0xffff), etype: fc.integer({ min: -0x8000, max: 0x7fff }), sealed: octets }
const plainKey = fc.record({ version: fc.constant(1 as const), ...keyBase, saltType: fc.constant(0), salt: fc.constant(new Uint8Array(0)) })
const saltedKey = fc.record({
  version: fc.constant(2 as const),
  ...keyBase,
  saltType: fc.integer({ min: -0x8000, max: 0x7fff }),
  salt: octets,
})
const principal = fc
  .record({ type: fc.constant(1), realm: text, components: fc.array(text, { minLength: 1, maxLength: 4 }) })
  .map(name => parsePrincipal(unparsePrincipal(name)))
const principalEntry: fc.Arbitrary<PrincipalEntry> = fc.record({
  principal,
  attributes: u32,
  maxLife: u32,
  maxRenewableLife: u32,
  expiration: u32,
  pwExpiration: u32,
  lastSuccess: u32,
  lastFailed: u32,
  failAuthCount: u32,
  tlData,
  keyData: fc.array(fc.oneof(plainKey, saltedKey), { maxLength: 4 }),
})
const word = fc.stringMatching(/^[!-~]{1,20}$/)
const policyEntry: fc.Arbitrary<PolicyEntry> = fc.record({
  name: word,
  minLife: u32,
  maxLife: u32,
  minLength: u32,
  minClasses: u32,
  history: u32,
  maxFailures: u32,
  failureInterval: u32,
  lockoutDuration: u32,
  attributes: u32,
  maxTicketLife: u32,
  maxRenewableLife: u32,
  allowedKeySalts: fc.option(
    word.filter(value => value !== '-'),
    { nil: undefined },
  ),
  tlData,
})
const record: fc.Arbitrary<DumpRecord> = fc.oneof(
  principalEntry.map(entry => ({ kind: 'principal' as const, entry })),
  policyEntry.map(policy => ({ kind: 'policy' as const, policy })),
)

it('what is dumped is what is loaded', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 6 }), fc.integer({ min: 1, max: 70 }), (records, piece) => {
      expect(readAll(dumped(records), piece)).toEqual(records)
    }),
  )
})

it('a name keeps white space in front of it', () => {
  for (const component of [' alice', '\u000balice', '\falice', '\ralice', ' ']) {
    const name = { type: 1 as const, realm: 'R', components: [component] }
    const entry = { ...fc.sample(principalEntry, 1)[0]!, principal: name }
    expect(readAll(dumped([{ kind: 'principal', entry }]), 64)).toEqual([{ kind: 'principal', entry }])
  }
})

it('a damaged dump is a KrbError with a line, or other records', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), mutation(), (records, mutate) => {
      try {
        readAll(mutate(dumped(records)), 4096)
      } catch (error) {
        expect(error).toBeInstanceOf(KrbError)
      }
    }),
    { numRuns: 1000 },
  )
})

it('any words behind a header are a KrbError or records', () => {
  const words = fc.array(
    fc.constantFrom('princ', 'policy', '38', '3', '1', '0', '-1', 'a@R', ';', '\n', '99999999999', '4294967295', 'ff'),
    {
      maxLength: 40,
    },
  )
  fc.assert(
    fc.property(words, list => {
      const dump = Buffer.from(DUMP_FORMATS.latest.header + list.join('\t'), 'latin1')
      try {
        readAll(dump, 4096)
      } catch (error) {
        expect(error).toBeInstanceOf(KrbError)
      }
    }),
    { numRuns: 2000 },
  )
})

function dumped(records: readonly DumpRecord[]): Uint8Array {
  const format = DUMP_FORMATS.latest
  const lines = records.map(one => (one.kind === 'policy' ? policyLine(one.policy, format) : principalLine(one.entry, format)))
  return Buffer.from(format.header + lines.join(''), 'latin1')
}

/** Read in pieces of that many octets. */
function readAll(dump: Uint8Array, piece: number): DumpRecord[] {
  let at = 0
  const reader = new DumpReader(
    into => {
      const part = dump.subarray(at, at + Math.min(piece, into.length))
      into.set(part)
      at += part.length
      return part.length
    },
    { realm: 'R' },
  )
  const records: DumpRecord[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) records.push(next)
  return records
}

/** Cut, extended, or with one octet changed or left out. */
function mutation(): fc.Arbitrary<(data: Uint8Array) => Uint8Array> {
  return fc.oneof(
    fc.nat().map(at => (data: Uint8Array) => data.slice(0, at % data.length)),
    octets.map(more => (data: Uint8Array) => Buffer.concat([data, more])),
    fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, change]) => (data: Uint8Array) => {
      const out = Uint8Array.from(data)
      out[at % out.length]! ^= change
      return out
    }),
    fc.nat().map(at => (data: Uint8Array) => Buffer.concat([data.subarray(0, at % data.length), data.subarray((at % data.length) + 1)])),
  )
}
