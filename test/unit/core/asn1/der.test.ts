import { describe, expect, it } from 'vitest'
import { DerReader, DerWriter, Tag } from '../../../../src/core/asn1/der.ts'
import { type Bytes, fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'

const bytes = (hex: string): Bytes => fromHex(hex.replaceAll(' ', ''))!

function code(task: () => unknown): string {
  try {
    task()
  } catch (error) {
    if (error instanceof KrbError) return error.code
    throw error
  }
  return 'none'
}

function readOctets(hex: string): string {
  const reader = new DerReader(bytes(hex))
  const view = reader.view(Tag.OCTET_STRING)
  reader.finish()
  return toHex(view)
}

describe('lengths', () => {
  it.each([
    ['0400', ''],
    ['0401 41', '41'],
    [`0481 80 ${'41'.repeat(128)}`, '41'.repeat(128)],
    [`0482 0100 ${'41'.repeat(256)}`, '41'.repeat(256)],
  ])('%.12s is read', (hex, content) => {
    expect(readOctets(hex)).toBe(content)
  })

  it.each([
    ['', 'ASN1_OVERRUN', 'nothing at all'],
    ['04', 'ASN1_OVERRUN', 'no length'],
    ['0402 41', 'ASN1_OVERRUN', 'content cut off'],
    ['0482 01', 'ASN1_OVERRUN', 'length cut off'],
    ['0484 ffffffff 41', 'ASN1_OVERRUN', 'four gigabytes announced'],
    ['0480 41 0000', 'ASN1_INDEF', 'indefinite'],
    ['0481 01 41', 'ASN1_BAD_FORMAT', 'long form of a short length'],
    [`0482 0080 ${'41'.repeat(128)}`, 'ASN1_BAD_FORMAT', 'leading zero in a length'],
    ['0485 0000000001 41', 'ASN1_OVERFLOW', 'five length octets'],
    ['04ff 41', 'ASN1_OVERFLOW', 'reserved length octet'],
    ['0401 41 00', 'ASN1_BAD_LENGTH', 'an octet too many'],
    ['2401 41', 'ASN1_BAD_ID', 'constructed string'],
    ['0501 41', 'ASN1_BAD_ID', 'another type'],
  ])('%s: %s (%s)', (hex, expected) => {
    expect(code(() => readOctets(hex))).toBe(expected)
  })

  it('says where the trouble is', () => {
    const reader = new DerReader(bytes('0401 41 0280'))
    reader.view(Tag.OCTET_STRING)
    expect(() => reader.integer()).toThrow(expect.objectContaining({ code: 'ASN1_INDEF', params: { offset: 4 } }))
  })
})

describe('integers', () => {
  it.each([
    ['020100', 0],
    ['02017f', 127],
    ['02020080', 128],
    ['0201ff', -1],
    ['020180', -128],
    ['0202ff7f', -129],
    ['02047fffffff', 0x7fffffff],
    ['020480000000', -0x80000000],
    ['02050080000000', 0x80000000],
    ['020500ffffffff', 0xffffffff],
  ])('%s is %i, both ways', (hex, value) => {
    const reader = new DerReader(bytes(hex))
    expect(reader.integer()).toBe(value)
    reader.finish()
    const writer = new DerWriter()
    writer.integer(value)
    expect(toHex(writer.finish())).toBe(hex)
  })

  it.each([
    ['0200', 'ASN1_BAD_LENGTH'],
    ['02020000', 'ASN1_BAD_FORMAT'],
    ['0202007f', 'ASN1_BAD_FORMAT'],
    ['0202ffff', 'ASN1_BAD_FORMAT'],
    ['0202ff80', 'ASN1_BAD_FORMAT'],
    ['0206010000000000', 'ASN1_OVERFLOW'],
  ])('%s: %s', (hex, expected) => {
    expect(code(() => new DerReader(bytes(hex)).integer())).toBe(expected)
  })
})

describe('views', () => {
  it('are plain Uint8Arrays on the input, also when the input is a Buffer', () => {
    const input = Buffer.from('0403414243', 'hex')
    const view = new DerReader(input).view(Tag.OCTET_STRING)
    expect(view.constructor).toBe(Uint8Array)
    input[2] = 0x5a
    expect(toHex(view)).toBe('5a4243')
  })

  it('respect the offset of a view that is the input', () => {
    const input = bytes('ffff 0402 4142 ff').subarray(2, 6)
    expect(toHex(new DerReader(input).view(Tag.OCTET_STRING))).toBe('4142')
  })
})

describe('writer', () => {
  it('grows without losing what it holds', () => {
    const writer = new DerWriter()
    const parts = [7, 600, 3, 5000, 100].map((length, i) => new Uint8Array(length).fill(i + 1))
    for (const part of [...parts].reverse()) writer.raw(part)
    expect(toHex(writer.finish())).toBe(parts.map(toHex).join(''))
  })

  it('grows at any octet', () => {
    const writer = new DerWriter()
    for (let i = 0; i < 3000; i++) writer.octet(i & 0xff)
    expect([...writer.finish()].reverse().every((octet, i) => octet === (i & 0xff))).toBe(true)
  })

  it.each([0, 1, 127, 128, 255, 256, 65535, 65536])('writes the minimal length of %i octets', length => {
    const writer = new DerWriter()
    writer.raw(new Uint8Array(length))
    writer.header(Tag.OCTET_STRING, 0)
    const reader = new DerReader(writer.finish())
    expect(reader.view(Tag.OCTET_STRING).length).toBe(length)
    reader.finish()
  })

  it('gives every encoding memory of its own', () => {
    const first = new DerWriter()
    first.raw(bytes('01020304'))
    const kept = first.finish()
    const second = new DerWriter()
    second.raw(new Uint8Array(900).fill(0xee))
    expect(toHex(kept)).toBe('01020304')
    expect(second.finish().every(octet => octet === 0xee)).toBe(true)
  })
})

it('takes no more than 16 MiB', () => {
  expect(code(() => new DerReader(new Uint8Array(0x1000000)))).toBe('ASN1_OVERFLOW')
})
