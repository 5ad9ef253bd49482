import { describe, expect, it } from 'vitest'
import { XdrReader, XdrWriter } from '../../../../src/admin/wire/xdr.ts'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

describe('XDR', () => {
  it.each([
    ['alice', '00000006616c6963650000 00'],
    ['', '0000000100000000'],
    [undefined, '00000000'],
    ['abc', '0000000461626300'],
    ['\udcff', '00000002ff000000'],
  ])('writes and reads the string %j', (value, hex) => {
    expect(toHex(new XdrWriter().nullableString(value).finish())).toBe(hex.replaceAll(' ', ''))
    expect(reader(hex).nullableString('string')).toBe(value)
  })

  it('keeps odd octets of a password and copies them', () => {
    const octets = Uint8Array.of(0xff, 0x01, 0xc3)
    const wire = new XdrWriter().nullableSecret(new Secret(octets)).finish()
    const secret = new XdrReader(wire).nullableSecret('password')!
    wire.fill(0)
    expect(secret.use(toHex)).toBe('ff01c3')
  })

  it('has the polarity of a null pointer', () => {
    const writer = new XdrWriter()
    writer.nullable(7, value => writer.u32(value))
    expect(toHex(writer.finish())).toBe('0000000000000007')
    expect(toHex(new XdrWriter().nullable(undefined, () => expect.unreachable()).finish())).toBe('00000001')
    const some = reader('0000000000000007')
    expect(some.nullable('pointer', () => some.u32('value'))).toBe(7)
    expect(reader('00000001').nullable('pointer', () => expect.unreachable())).toBeUndefined()
  })

  it.each([
    ['a string without its NUL', '00000003616263 00'],
    ['a NUL inside a string', '0000000461006200'],
    ['a length beyond the end', '0000000861626300'],
    ['a length of 4 GB', 'ffffffff61626300'],
    ['residual octets that are not zero', '0000000261000001'],
    ['missing residual octets', '000000026100'],
  ])('refuses %s', (_, hex) => {
    expect(() => reader(hex).nullableString('name')).toThrow(
      expect.objectContaining({ code: 'KADM5_XDR_FAILURE', params: { field: 'name' } }),
    )
  })

  it('refuses a count that lies before it reads an element', () => {
    const wire = reader('7fffffff00000001')
    expect(() => wire.array('keys', 4, () => expect.unreachable())).toThrow(expect.objectContaining({ code: 'KADM5_XDR_FAILURE' }))
  })

  it('refuses to write a string with a NUL', () => {
    expect(() => new XdrWriter().nullableString('a\0b')).toThrow(expect.objectContaining({ code: 'KADM5_XDR_FAILURE' }))
  })

  it('says when something is left', () => {
    expect(() => reader('00').end()).toThrow(expect.objectContaining({ code: 'KADM5_XDR_FAILURE' }))
    expect(() => reader('').end()).not.toThrow()
  })
})

function reader(hex: string): XdrReader {
  return new XdrReader(fromHex(hex.replaceAll(' ', ''))!)
}
