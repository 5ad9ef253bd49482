import { describe, expect, it } from 'vitest'
import { Reader } from '../../../../src/core/bytes/reader.ts'
import { Writer } from '../../../../src/core/bytes/writer.ts'

const short = (at: { field: string; offset: number; wanted: number; left: number }) =>
  new RangeError(`${at.field} ${at.offset} ${at.wanted} ${at.left}`)

describe('Reader and Writer', () => {
  it('write big-endian by default', () => {
    const octets = new Writer().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0fn).bytes(Uint8Array.of(16)).zeros(2).finish()
    expect([...octets]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0])
  })

  it('read what the writer wrote, in both orders, through every growth of the buffer', () => {
    for (const order of ['big', 'little'] as const) {
      const writer = new Writer(order, 1)
      for (let i = 0; i < 300; i++)
        writer
          .u8(i)
          .u16(-i)
          .u32(i * 0x01010101)
          .u64(BigInt(i) << 40n)
      const reader = new Reader(writer.finish(), short, order)
      for (let i = 0; i < 300; i++) {
        expect(reader.u8('a')).toBe(i & 0xff)
        expect(reader.i16('b')).toBe(-i || 0)
        expect(reader.u32('c')).toBe((i * 0x01010101) >>> 0)
        expect(reader.u64('d')).toBe(BigInt(i) << 40n)
      }
      expect(reader.left).toBe(0)
    }
  })

  it('keeps signs apart', () => {
    const octets = Uint8Array.of(0xff, 0xfe, 0xff, 0xff, 0xff, 0xfd)
    const signed = new Reader(octets, short)
    expect([signed.i16('x'), signed.i32('y')]).toEqual([-2, -3])
    const unsigned = new Reader(octets, short)
    expect([unsigned.u16('x'), unsigned.u32('y')]).toEqual([0xfffe, 0xfffffffd])
  })

  it('refuses a read past the end with the place, and stays where it was', () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3), short)
    reader.u8('first')
    expect(() => reader.u32('number')).toThrow('number 1 4 2')
    expect(() => reader.bytes(0xffff_ffff, 'data')).toThrow('data 1 4294967295 2')
    expect(() => reader.skip(3, 'gap')).toThrow('gap 1 3 2')
    expect([...reader.bytes(2, 'rest')]).toEqual([2, 3])
  })

  it('works on a view into a larger buffer', () => {
    const whole = Uint8Array.of(9, 9, 0, 0, 0, 7, 9)
    const reader = new Reader(whole.subarray(2, 6), short)
    expect(reader.u32('n')).toBe(7)
    expect(() => reader.u8('beyond')).toThrow(RangeError)
  })

  it('empties the writer when it is finished', () => {
    const writer = new Writer().u32(1)
    expect(writer.finish()).toHaveLength(4)
    expect(writer.finish()).toHaveLength(0)
  })
})
