import { describe, expect, it } from 'vitest'
import { MIT_FRAGMENT, markRecord, RecordAssembler } from '../../../../src/admin/wire/record-mark.ts'
import { concat, fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'

const LIMITS = { maxOctets: 10_000, maxFragments: 8 }

describe('record marking', () => {
  it('marks a short record as its last fragment', () => {
    expect(toHex(markRecord(Uint8Array.of(1, 2, 3)))).toBe('80000003010203')
    expect(toHex(markRecord(new Uint8Array(0)))).toBe('80000000')
  })

  it('splits as MIT does, or as told', () => {
    const marked = markRecord(new Uint8Array(MIT_FRAGMENT + 4).fill(7))
    expect(toHex(marked.subarray(0, 4))).toBe('00000f9c')
    expect(toHex(marked.subarray(4 + MIT_FRAGMENT))).toBe('8000000407070707')
    expect(markRecord(new Uint8Array(MIT_FRAGMENT))).toHaveLength(4 + MIT_FRAGMENT)
    expect(toHex(markRecord(Uint8Array.of(1, 2, 3), 2))).toBe('000000020102' + '8000000103')
  })

  it.each([1, 3, 5, 4096])('assembles records from pieces of %i octets', size => {
    const records = [new Uint8Array(0), new Uint8Array(5000).fill(1), Uint8Array.of(9)]
    const stream = concat(...records.map(record => markRecord(record)))
    const assembler = new RecordAssembler(LIMITS)
    const got = []
    for (let at = 0; at < stream.length; at += size) got.push(...assembler.push(stream.subarray(at, at + size)))
    expect(got.map(toHex)).toEqual(records.map(toHex))
    expect(assembler.midway).toBe(false)
  })

  it('knows when a record has begun', () => {
    const assembler = new RecordAssembler(LIMITS)
    assembler.push(fromHex('8000')!)
    expect(assembler.midway).toBe(true)
  })

  it.each([
    ['one fragment', '80002711'],
    ['two fragments', '0000000101' + '80002710'],
    ['empty fragments without end', '00000000'.repeat(9)],
    ['the largest length', 'ffffffff'],
  ])('refuses more than the limits in %s', (_, hex) => {
    expect(() => new RecordAssembler(LIMITS).push(fromHex(hex)!)).toThrow(expect.objectContaining({ code: 'KADM5_RPC_ERROR' }))
  })
})
