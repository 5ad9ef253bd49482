import { describe, expect, it } from 'vitest'
import {
  boolean,
  int32,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  microseconds,
  octetString,
  secretOctets,
  signedUint32,
  uint32,
} from '../../../../src/core/asn1/basic-types.ts'
import type { Schema } from '../../../../src/core/asn1/schema.ts'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

const decode = <T>(schema: Schema<T>, hex: string): T => schema.decode(fromHex(hex)!)
const encode = <T>(schema: Schema<T>, value: T): string => toHex(schema.encode(value))
const failing = (code: string) => expect.objectContaining({ name: 'KrbError', code })

describe('numbers', () => {
  it.each([
    ['020500ffffffff', 0xffffffff, '020500ffffffff', '0201ff'],
    ['0201ff', 0xffffffff, '020500ffffffff', '0201ff'],
    ['020480000000', 0x80000000, '02050080000000', '020480000000'],
    ['02050080000000', 0x80000000, '02050080000000', '020480000000'],
    ['0204ff000000', 0xff000000, '020500ff000000', '0204ff000000'],
    ['02047fffffff', 0x7fffffff, '02047fffffff', '02047fffffff'],
    ['020100', 0, '020100', '020100'],
  ])('%s is %i with either sign; written %s unsigned, %s signed', (hex, value, unsigned, signed) => {
    expect(decode(uint32, hex)).toBe(value)
    expect(decode(signedUint32, hex)).toBe(value)
    expect(encode(uint32, value)).toBe(unsigned)
    expect(encode(signedUint32, value)).toBe(signed)
  })

  it.each(['02050100000000', '0205ff7fffffff'])('%s is no 32-bit number', hex => {
    for (const type of [int32, uint32, signedUint32]) expect(() => decode(type, hex)).toThrow(failing('ASN1_OVERFLOW'))
  })

  it('int32 has no unsigned reading', () => {
    expect(decode(int32, '0202ff76')).toBe(-138)
    expect(() => decode(int32, '02050080000000')).toThrow(failing('ASN1_OVERFLOW'))
  })

  it('microseconds end at 999999', () => {
    expect(decode(microseconds, '02030f423f')).toBe(999_999)
    expect(() => decode(microseconds, '02030f4240')).toThrow(failing('ASN1_OVERFLOW'))
    expect(() => decode(microseconds, '0201ff')).toThrow(failing('ASN1_OVERFLOW'))
  })

  it.each([
    [int32, 0x80000000],
    [int32, 1.5],
    [int32, Number.NaN],
    [uint32, -1],
    [uint32, 0x100000000],
    [signedUint32, -1],
    [microseconds, 1_000_000],
  ])('refuses to write what does not fit (%#)', (type, value) => {
    expect(() => type.encode(value)).toThrow(failing('ASN1_OVERFLOW'))
  })
})

describe('KerberosTime', () => {
  const hex = (text: string): string => `180f${Buffer.from(text).toString('hex')}`

  it.each([
    ['19700101000000Z', 0],
    ['19940610060317Z', 771_228_197],
    ['20000229235959Z', 951_868_799],
    ['20371231235959Z', 2_145_916_799],
    ['21060207062816Z', 4_294_967_296],
    ['16010101000000Z', -11_644_473_600],
    ['99991231235959Z', 253_402_300_799],
    ['00000101000000Z', -62_167_219_200],
  ])('%s is %i', (text, seconds) => {
    expect(decode(kerberosTime, hex(text))).toBe(seconds)
    expect(encode(kerberosTime, seconds)).toBe(hex(text))
  })

  it('agrees with Date on every 1009th day of 10000 years', () => {
    for (let day = -719_528; day <= 2_932_896; day += 1009) {
      const seconds = day * 86_400 + (Math.abs(day) % 86_400)
      const text = `${new Date(seconds * 1000).toISOString().replace(/[-:T]|\.000/g, '')}`
      expect(encode(kerberosTime, seconds)).toBe(hex(text))
      expect(decode(kerberosTime, hex(text))).toBe(seconds)
    }
  })

  it.each([
    ['20260230000000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['21000229000000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['20261301000000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['20260001000000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['20260100000000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['20260101240000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['20260101006000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['20261231235960Z', 'ASN1_BAD_TIMEFORMAT'],
    ['2026 101000000Z', 'ASN1_BAD_TIMEFORMAT'],
    ['202601010000000', 'ASN1_BAD_FORMAT'],
  ])('%s: %s', (text, code) => {
    expect(() => decode(kerberosTime, hex(text))).toThrow(failing(code))
  })

  it.each(['202601010000Z', '20260101000000.0Z', '20260101000000+0100'])('%s has the wrong length', text => {
    const octets = Buffer.concat([Buffer.from([0x18, text.length]), Buffer.from(text)])
    expect(() => kerberosTime.decode(octets)).toThrow(failing('ASN1_BAD_LENGTH'))
  })

  it.each([-62_167_219_201, 253_402_300_800, 0.5, Number.NaN])('%d cannot be written', seconds => {
    expect(() => kerberosTime.encode(seconds)).toThrow(failing('ASN1_BAD_GMTIME'))
  })
})

describe('KerberosFlags', () => {
  it.each([
    ['03050040810010', 0x40810010, 'the usual 32 bits'],
    ['030500fedcba98', 0xfedcba98, 'bit 0 set'],
    ['030600408100100f', 0x40810010, 'bits beyond 32'],
    ['03020640', 0x40000000, 'cut to two bits'],
    ['0304004081ff', 0x4081ff00, 'cut to 24 bits'],
    ['030100', 0, 'no bits'],
  ])('%s is %i (%s)', (hex, flags) => {
    expect(decode(kerberosFlags, hex)).toBe(flags)
  })

  it('are written with 32 bits', () => {
    expect(encode(kerberosFlags, 0x40000000)).toBe('03050040000000')
    expect(encode(kerberosFlags, 0)).toBe('03050000000000')
    expect(encode(kerberosFlags, 0xffffffff)).toBe('030500ffffffff')
  })

  it.each([
    ['0300', 'ASN1_BAD_LENGTH'],
    ['030101', 'ASN1_BAD_FORMAT'],
    ['03020841', 'ASN1_BAD_FORMAT'],
    ['03020741', 'ASN1_BAD_FORMAT'],
  ])('%s: %s', (hex, code) => {
    expect(() => decode(kerberosFlags, hex)).toThrow(failing(code))
  })
})

describe('strings', () => {
  it.each(['', 'ATHENA.MIT.EDU', 'a', 'twelve chars', 'thirteen char', 'Ålesund', '日本', '\u0000', '\udc80\udcff'])(
    '%j goes there and back',
    text => {
      expect(kerberosString.decode(kerberosString.encode(text))).toBe(text)
    },
  )

  it('keeps octets that are not UTF-8', () => {
    expect(decode(kerberosString, '1b03c34180')).toBe('\udcc3A\udc80')
    expect(encode(kerberosString, '\udcc3A\udc80')).toBe('1b03c34180')
  })

  it('is a GeneralString and nothing else', () => {
    expect(() => decode(kerberosString, '0c0141')).toThrow(failing('ASN1_BAD_ID'))
  })

  it('reads an OCTET STRING as a view', () => {
    const input = fromHex('0402aabb')!
    const view = octetString.decode(input)
    input[2] = 0
    expect(toHex(view)).toBe('00bb')
  })

  it('reads a key as a Secret with a copy of its own', () => {
    const input = fromHex('0402aabb')!
    const secret = secretOctets.decode(input)
    input.fill(0)
    expect(secret).toBeInstanceOf(Secret)
    expect(secret.use(toHex)).toBe('aabb')
    expect(encode(secretOctets, secret)).toBe('0402aabb')
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret 2 bytes]"}')
  })
})

describe('booleans', () => {
  it.each([
    ['010100', false],
    ['0101ff', true],
  ])('%s is %s', (hex, value) => {
    expect(decode(boolean, hex)).toBe(value)
    expect(encode(boolean, value)).toBe(hex)
  })

  it.each([
    ['010101', 'ASN1_BAD_FORMAT'],
    ['0100', 'ASN1_BAD_LENGTH'],
    ['01020000', 'ASN1_BAD_LENGTH'],
  ])('%s: %s', (hex, code) => {
    expect(() => decode(boolean, hex)).toThrow(failing(code))
  })
})
