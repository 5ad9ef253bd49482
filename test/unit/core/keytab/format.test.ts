import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Bytes, concat, EMPTY, toHex } from '../../../../src/core/bytes/bytes.ts'
import type { Patch } from '../../../../src/core/env.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { decodeKeytab, encodeEntry, encodeKeytab } from '../../../../src/core/keytab/format.ts'
import type { KeytabEntry } from '../../../../src/core/keytab/keytab.ts'
import { planAdd, planRemove } from '../../../../src/core/keytab/plan.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { sampleFiles, vectorsPresent } from '../ccache/vectors.ts'

describe.skipIf(!vectorsPresent)('the samples of other implementations (../shared/vectors absent: skipped)', () => {
  const measured = vectorsPresent ? measuredKeytabs() : []
  const samples = vectorsPresent
    ? [
        ...sampleFiles('gokrb5-samples', /KEYTAB/),
        ...sampleFiles('kerby-samples', /keytab$/),
        ...sampleFiles('kerberos-net-samples', /keytab$/),
      ]
    : []

  it('finds them all', () => {
    expect([measured.length, samples.length]).toEqual([5, 18])
  })

  it.each(measured.map(one => [one.note ?? one.hex, one] as const))('lists what MIT lists: %s', (_, one) => {
    const octets = hex(one.hex)
    if (one.list === undefined) {
      expect(() => decodeKeytab(octets)).toThrow('Unsupported key table format version number')
      return
    }
    const listed = decodeKeytab(octets).entries.map(({ entry }) => [
      entry.kvno,
      `${entry.principal.components.join('/')}@${entry.principal.realm}`,
    ])
    expect(listed).toEqual(one.list)
  })

  it.each(samples.map(({ name, octets }) => [name, octets] as const))('%s: every record comes back', (_, octets) => {
    const { entries, holes, stop, version } = decodeKeytab(octets)
    expect([version, stop, holes.length]).toEqual([2, 'end', 0])
    expect(entries.length).toBeGreaterThan(0)
    for (const { at, size, entry } of entries) {
      // The 32-bit kvno at the end may be missing or zero in files of older writers.
      const withoutKvno = encodeEntry(entry, version).subarray(0, -4)
      expect(toHex(octets.subarray(at + 4, at + 4 + size)).startsWith(toHex(withoutKvno))).toBe(true)
    }
  })

  it('writes what MIT wrote, octet by octet', () => {
    const [canonical] = sampleFiles('gokrb5-samples', /^KEYTAB_TESTUSER1_TEST/)
    expect(toHex(encodeKeytab(decodeKeytab(canonical!.octets).entries.map(one => one.entry)))).toBe(toHex(canonical!.octets))
  })
})

describe('a keytab', () => {
  it('keeps kvno of 32 bits, negative enctypes and names that are not text', () => {
    const given = entry({ kvno: 0xffff_ffff, principal: { type: -5, realm: 'R\udcff', components: ['é', '\udc80'] }, etype: -133 })
    expect(plain(decodeKeytab(encodeKeytab([given])).entries[0]!.entry)).toEqual(plain(given))
  })

  it('of version 1 has no name types', () => {
    const octets = patch(Uint8Array.of(5, 1), planAdd(Uint8Array.of(5, 1), [entry({ kvno: 300 })]))
    expect(plain(decodeKeytab(octets).entries[0]!.entry)).toEqual(plain(entry({ kvno: 300, principal: { ...PRINCIPAL, type: 0 } })))
  })

  it.each([
    ['', 0],
    ['05', 1],
    ['0503', 1],
    ['0402', 0],
  ])('%j is no keytab', (text, offset) => {
    expect(failure(() => decodeKeytab(hex(text)))).toMatchObject({ code: 'KRB5_KEYTAB_BADVNO', params: { offset } })
  })

  it('stops silently, and says where, at a torn tail', () => {
    const octets = encodeKeytab([entry({}), entry({ kvno: 2 })])
    const second = decodeKeytab(octets).entries[1]!.at
    for (let cut = second + 1; cut < octets.length; cut++) {
      const content = decodeKeytab(octets.subarray(0, cut))
      expect([content.entries.length, content.stop, content.end]).toEqual([1, 'torn', second])
    }
  })

  it.each([
    ['0000', 'component count'],
    ['ffff', 'component count'],
    ['00010000', 'realm length'],
    ['00018000', 'realm length'],
    ['0001000152ffff', 'component length'],
    ['000100015200017300000001', 'timestamp'],
    ['0001000152000173000000010000000001001200ff', 'key'],
  ])('stops at a record that says nothing sensible: %s', (record, field) => {
    const octets = concat(encodeKeytab([entry({})]), hex((record.length / 2).toString(16).padStart(8, '0')), hex(record))
    const content = decodeKeytab(octets)
    expect(content).toMatchObject({ stop: 'odd', fault: { field } })
    expect(content.entries).toHaveLength(1)
  })

  it('refuses the one length that is its own negative, and never allocates for the others', () => {
    expect(failure(() => decodeKeytab(hex('050280000000')))).toMatchObject({ code: 'KRB5_KT_FORMAT', params: { offset: 2 } })
    expect(decodeKeytab(hex('05027fffffff'))).toMatchObject({ stop: 'torn', entries: [] })
    expect(decodeKeytab(hex('050280000001'))).toMatchObject({ stop: 'torn', entries: [] })
  })
})

describe('editing', () => {
  const three = encodeKeytab([entry({ kvno: 1 }), entry({ kvno: 2 }), entry({ kvno: 3 })])

  it('starts an empty file', () => {
    expect(toHex(patch(EMPTY, planAdd(EMPTY, [entry({ kvno: 1 }), entry({ kvno: 2 }), entry({ kvno: 3 })])))).toBe(toHex(three))
  })

  it('removes into a hole of zeros and reuses it', () => {
    const { patches, removed } = planRemove(three, one => one.kvno === 2)
    const holed = patch(three, patches)
    expect([removed, holed.length, decodeKeytab(holed).holes.length, kvnos(holed)]).toEqual([1, three.length, 1, [1, 3]])
    const [hole] = decodeKeytab(holed).holes
    expect(holed.subarray(hole!.at + 4, hole!.at + 4 + hole!.size).every(octet => octet === 0)).toBe(true)
    const shorter = entry({ kvno: 9, principal: { ...PRINCIPAL, components: ['x'] } })
    const refilled = patch(holed, planAdd(holed, [shorter]))
    expect([refilled.length, kvnos(refilled)]).toEqual([three.length, [1, 9, 3]])
    const longer = entry({ kvno: 8, principal: { ...PRINCIPAL, components: ['much-longer-than-before', 'x'] } })
    const grown = patch(holed, planAdd(holed, [longer, shorter]))
    expect([grown.length > three.length, kvnos(grown)]).toEqual([true, [1, 9, 3, 8]])
  })

  it('puts the length of a record in place last', () => {
    for (const octets of [three, patch(three, planRemove(three, one => one.kvno === 1).patches)]) {
      const plan = planAdd(octets, [entry({ kvno: 7 })])
      const before = patch(octets, plan.slice(0, -1))
      expect(kvnos(before)).toEqual(kvnos(octets))
      expect(kvnos(patch(octets, plan))).toHaveLength(kvnos(octets).length + 1)
    }
  })

  it('writes over the torso of a length, and keeps what follows an end marker dead', () => {
    const torso = concat(three, Uint8Array.of(0, 0))
    expect(kvnos(patch(torso, planAdd(torso, [entry({ kvno: 4 })])))).toEqual([1, 2, 3, 4])
    const marked = concat(three, new Uint8Array(4), encodeKeytab([entry({ kvno: 66 }), entry({ kvno: 67 })]).subarray(2))
    expect(kvnos(marked)).toEqual([1, 2, 3])
    expect(kvnos(patch(marked, planAdd(marked, [entry({ kvno: 4 }), entry({ kvno: 5 })])))).toEqual([1, 2, 3, 4, 5])
  })

  it('does not write behind a damaged record', () => {
    const damaged = three.slice(0, -3)
    expect(failure(() => planAdd(damaged, [entry({})])).code).toBe('KRB5_KT_FORMAT')
    const odd = concat(three, hex('000000020000'))
    expect(failure(() => planAdd(odd, [entry({})])).code).toBe('KRB5_KT_FORMAT')
  })

  it('refuses names that the format cannot hold', () => {
    const huge = entry({ principal: { ...PRINCIPAL, components: ['x'.repeat(0x8000)] } })
    expect(failure(() => planAdd(EMPTY, [huge])).code).toBe('KRB5_KT_FORMAT')
  })
})

const PRINCIPAL = { type: 1, realm: 'A.TEST', components: ['host', 'web.a.test'] }

function entry(change: { kvno?: number; principal?: KeytabEntry['principal']; etype?: number }): KeytabEntry {
  return {
    principal: change.principal ?? PRINCIPAL,
    kvno: change.kvno ?? 1,
    timestamp: 1_700_000_000,
    key: { etype: change.etype ?? 17, value: Secret.copyOf(new Uint8Array(16).fill(5)) },
  }
}

/** What a file holds once the patches are in it. */
function patch(octets: Bytes, patches: readonly Patch[]): Bytes {
  let out = octets.slice()
  for (const { at, content } of patches) {
    expect(at).toBeLessThanOrEqual(out.length)
    const bigger = new Uint8Array(Math.max(out.length, at + content.length))
    bigger.set(out)
    bigger.set(content, at)
    out = bigger
  }
  return out
}

function kvnos(octets: Bytes): number[] {
  return decodeKeytab(octets).entries.map(one => one.entry.kvno)
}

function plain(one: KeytabEntry): object {
  return { ...one, key: { etype: one.key.etype, value: one.key.value.use(toHex) } }
}

function failure(task: () => unknown): KrbError {
  try {
    task()
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function hex(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

function measuredKeytabs(): readonly {
  readonly hex: string
  readonly note?: string
  readonly list?: readonly (readonly [number, string])[]
}[] {
  return JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../../../shared/vectors/keytabs.json'), 'utf8')).cases
}
