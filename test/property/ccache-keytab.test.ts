import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bytes, concat, EMPTY, toHex } from '../../src/core/bytes/bytes.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { type CcacheVersion, decodeCredentials, decodeHead, encodeCredential, encodeHead } from '../../src/core/ccache/format.ts'
import type { Patch } from '../../src/core/env.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { decodeKeytab, encodeKeytab } from '../../src/core/keytab/format.ts'
import type { KeytabEntry } from '../../src/core/keytab/keytab.ts'
import { planAdd, planRemove } from '../../src/core/keytab/plan.ts'
import { Secret } from '../../src/core/secret/secret.ts'

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const int16 = fc.integer({ min: -0x8000, max: 0x7fff })
const octets = (limit: number) => fc.uint8Array({ maxLength: limit })
const name = fc.string({ unit: 'grapheme', maxLength: 12 })
const keyOf = (minLength: number) =>
  fc.tuple(int16, fc.uint8Array({ minLength, maxLength: 40 })).map(([etype, value]) => ({ etype, value: Secret.copyOf(value) }))

const principal = fc.record({
  type: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  realm: name,
  components: fc.array(name, { maxLength: 4 }),
})
const typed = (type: fc.Arbitrary<number>) => fc.array(fc.record({ type, data: octets(9) }), { maxLength: 3 })
const credential: fc.Arbitrary<Credential> = fc.record({
  client: principal,
  server: principal,
  key: keyOf(0),
  authtime: uint32,
  starttime: uint32,
  endtime: uint32,
  renewTill: uint32,
  isSkey: fc.boolean(),
  flags: uint32,
  addresses: typed(fc.integer({ min: 0, max: 0xffff })),
  authdata: typed(int16),
  ticket: octets(60),
  secondTicket: octets(20),
})
const cache = fc.record({
  version: fc.constantFrom<CcacheVersion>(1, 2, 3, 4),
  client: principal,
  offset: fc.option(
    fc.record({ seconds: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), micros: fc.integer({ min: 0, max: 999_999 }) }),
    {
      nil: undefined,
    },
  ),
  credentials: fc.array(credential, { maxLength: 3 }),
})

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const entry: fc.Arbitrary<KeytabEntry> = fc.record({
  principal: fc.record({
    type: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
    realm: text,
    components: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  kvno: uint32,
  timestamp: uint32,
  key: keyOf(1),
})

/** Some octets changed, and the end cut off. */
const damage = fc.record({
  changes: fc.array(fc.tuple(fc.nat(10_000), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255))), { maxLength: 6 }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
})

describe('credential caches', () => {
  it('give back what was put in', () => {
    fc.assert(
      fc.property(cache, ({ version, client, offset, credentials }) => {
        const file = concat(encodeHead(version, client, offset), ...credentials.map(one => encodeCredential(one, version)))
        const head = decodeHead(file)
        expect(head).toMatchObject({ version, principal: version === 1 ? { ...client, type: 0 } : client })
        expect(head.offset).toEqual(version === 4 ? offset : undefined)
        const back = [...decodeCredentials(file, head)].map(one => one.credential)
        expect(back.map(plain)).toEqual(credentials.map(one => plain(version === 1 ? untyped(one) : one)))
      }),
    )
  })

  it('whatever happens to them, give credentials or a KrbError, and no more than they hold', () => {
    fc.assert(
      fc.property(cache, damage, ({ version, client, offset, credentials }, harm) => {
        const file = damaged(concat(encodeHead(version, client, offset), ...credentials.map(one => encodeCredential(one, version))), harm)
        settled(() => {
          let end = 0
          for (const one of decodeCredentials(file, decodeHead(file))) {
            expect(one.start).toBeGreaterThanOrEqual(end)
            expect(one.end).toBeGreaterThan(one.start)
            end = one.end
          }
          expect(end).toBeLessThanOrEqual(file.length)
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('of any octets at all do so, too', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 4), octets(120), (version, rest) => {
        const file = concat(Uint8Array.of(5, version), rest)
        settled(() => [...decodeCredentials(file, decodeHead(file))])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('keytabs', () => {
  it('give back what was put in', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), entries => {
        const file = encodeKeytab(entries)
        expect(decodeKeytab(file)).toMatchObject({ stop: 'end', holes: [] })
        expect(decodeKeytab(file).entries.map(one => plain(one.entry))).toEqual(entries.map(plain))
        expect(toHex(patched(EMPTY, planAdd(EMPTY, entries)))).toBe(toHex(file))
      }),
    )
  })

  it('hold what a list would hold after any additions and removals', () => {
    const step = fc.oneof(fc.record({ add: fc.array(entry, { maxLength: 3 }) }), fc.record({ remove: fc.nat(3) }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        let file: Bytes = encodeKeytab([])
        let list: readonly KeytabEntry[] = []
        for (const one of steps) {
          if ('add' in one) {
            list = [...list, ...one.add]
            file = patched(file, planAdd(file, one.add))
          } else {
            const gone = (item: KeytabEntry) => item.timestamp % 4 === one.remove
            const plan = planRemove(file, gone)
            expect(plan.removed).toBe(list.filter(gone).length)
            list = list.filter(item => !gone(item))
            file = patched(file, plan.patches)
          }
          expect(sorted(decodeKeytab(file).entries.map(placed => placed.entry))).toEqual(sorted(list))
        }
      }),
    )
  })

  it('whatever happens to them, give entries or a KrbError, and can be edited or refuse it', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), entry, damage, (entries, more, harm) => {
        const file = damaged(encodeKeytab(entries), harm)
        settled(() => {
          const content = decodeKeytab(file)
          expect(content.end).toBeLessThanOrEqual(file.length)
          const { patches, removed } = planRemove(file, () => true)
          expect(decodeKeytab(patched(file, patches)).entries).toHaveLength(0)
          expect(removed).toBe(content.entries.length)
          const added = decodeKeytab(patched(file, planAdd(file, [more])))
          expect(added.entries).toHaveLength(content.entries.length + 1)
        })
      }),
      { numRuns: 2000 },
    )
  })
})

function damaged(file: Bytes, harm: { readonly changes: readonly (readonly [number, number])[]; readonly keep: number }): Bytes {
  const out = file.slice()
  for (const [at, value] of harm.changes) out[at % out.length] = value
  return out.subarray(0, Math.ceil(out.length * harm.keep))
}

function settled(task: () => unknown): void {
  try {
    task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
}

function patched(file: Bytes, patches: readonly Patch[]): Bytes {
  let out = file.slice()
  for (const { at, content } of patches) {
    expect(at).toBeLessThanOrEqual(out.length)
    const bigger = new Uint8Array(Math.max(out.length, at + content.length))
    bigger.set(out)
    bigger.set(content, at)
    out = bigger
  }
  return out
}

function plain(one: { readonly key: Credential['key'] }): object {
  return { ...one, key: { etype: one.key.etype, value: one.key.value.use(toHex) } }
}

function sorted(entries: readonly KeytabEntry[]): string[] {
  return entries.map(one => JSON.stringify(plain(one))).sort()
}

function untyped(one: Credential): Credential {
  return { ...one, client: { ...one.client, type: 0 }, server: { ...one.server, type: 0 } }
}
