import { describe, expect, it } from 'vitest'
import { int32, kerberosString, octetString } from '../../../../src/core/asn1/basic-types.ts'
import {
  application,
  decoderOf,
  field,
  fixed,
  type Infer,
  opt,
  preserve,
  preserved,
  reopen,
  seqOf,
  sequence,
} from '../../../../src/core/asn1/schema.ts'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'

const Example = sequence({
  pvno: fixed(0, int32, 5, 'KRB5KDC_ERR_BAD_PVNO'),
  count: field(1, int32),
  note: opt(3, kerberosString),
  data: opt(4, octetString),
})
type Example = Infer<typeof Example>

const decode = (hex: string): Example => Example.decode(fromHex(hex.replaceAll(' ', ''))!)
const failing = (code: string, params?: object) => expect.objectContaining({ name: 'KrbError', code, ...(params && { params }) })

describe('sequence', () => {
  it('leaves out what is absent and what is fixed', () => {
    const value = decode('300a a003020105 a103020107')
    expect(Object.keys(value)).toEqual(['count'])
    expect(toHex(Example.encode(value))).toBe('300aa003020105a103020107')
  })

  it('takes undefined for absent', () => {
    expect(toHex(Example.encode({ count: 7, note: undefined }))).toBe('300aa003020105a103020107')
  })

  it('reads optional fields in their place', () => {
    expect(decode('300f a003020105 a103020107 a3031b0141')).toEqual({ count: 7, note: 'A' })
    expect(decode('300f a003020105 a103020107 a403040141')).toEqual({ count: 7, data: Uint8Array.of(0x41) })
  })

  it.each([
    ['3005 a003020105', 'ASN1_MISSING_FIELD', { field: 'count', offset: 7 }, 'nothing there'],
    ['300a a003020105 a303020107', 'ASN1_MISSING_FIELD', { field: 'count', offset: 7 }, 'a later field there'],
    ['300a a103020107 a003020105', 'ASN1_MISSING_FIELD', { field: 'pvno', offset: 2 }, 'wrong order'],
    ['300f a003020105 a003020105 a103020107', 'ASN1_MISPLACED_FIELD', { field: 'count', offset: 7 }, 'first field twice'],
    ['300f a003020105 a103020107 a103020107', 'ASN1_MISPLACED_FIELD', { offset: 12 }, 'a field twice at the end'],
    ['300f a003020105 a103020107 a203020107', 'ASN1_MISPLACED_FIELD', { offset: 12 }, 'a number nobody assigned, in the middle'],
    ['300d a003020105 a103020107 020107', 'ASN1_MISPLACED_FIELD', { offset: 12 }, 'a value without a tag'],
    ['300f a003020105 a103020107 1f81030107', 'ASN1_MISPLACED_FIELD', { offset: 12 }, 'a tag of several octets'],
    ['300f a003020105 a103020107 bf85030107', 'ASN1_MISPLACED_FIELD', { offset: 12 }, 'a long context tag'],
    ['300f a003020105 a103020107 a504020107', 'ASN1_OVERRUN', { offset: 14 }, 'an extension cut off'],
    ['300c a003020105 a105020107 0500', 'ASN1_BAD_LENGTH', { offset: 12 }, 'two values in one field'],
    ['300a a003020105 a102020107', 'ASN1_OVERRUN', { offset: 11 }, 'a value longer than its field'],
    ['300a a003020104 a103020107', 'KRB5KDC_ERR_BAD_PVNO', {}, 'another version'],
    ['310a a003020105 a103020107', 'ASN1_BAD_ID', { offset: 0 }, 'a SET'],
    ['300a a003020105 a103020107 00', 'ASN1_BAD_LENGTH', { offset: 12 }, 'an octet behind the value'],
  ])('%s: %s %o %s', (hex, code, params, _why) => {
    expect(() => decode(hex)).toThrow(failing(code, params))
  })

  it('passes over extensions behind the last field, as MIT does', () => {
    expect(decode('3014 a003020105 a103020107 a503020101 a803020101')).toEqual({ count: 7 })
  })

  it('says which field a value lacks', () => {
    expect(() => Example.encode({} as Example)).toThrow(failing('ASN1_MISSING_FIELD', { field: 'count' }))
  })

  it('cannot be declared out of order', () => {
    expect(() => sequence({ b: field(1, int32), a: field(0, int32) })).toThrow('ascend')
  })
})

describe('preserved', () => {
  const Signed = sequence({ body: field(0, preserved(Example)), rest: field(1, int32) })

  it('keeps the octets that came, extensions included', () => {
    const body = '300fa003020105a103020107a503020101'
    const value = Signed.decode(fromHex(`3018a011${body}a103020109`)!)
    expect(value.body.value).toEqual({ count: 7 })
    expect(toHex(value.body.octets)).toBe(body)
    expect(toHex(Signed.encode(value))).toBe(`3018a011${body}a103020109`)
  })

  it('is made once, and reopened', () => {
    const made = preserve(Example, { count: 7 })
    expect(toHex(made.octets)).toBe('300aa003020105a103020107')
    expect(reopen(Example, made.octets)).toEqual(made)
  })
})

describe('decoderOf', () => {
  const either = decoderOf(application(25, int32), application(26, int32))

  it('goes by the identifier octet', () => {
    expect(either.decode(fromHex('7903020107')!)).toBe(7)
    expect(either.decode(fromHex('7a03020107')!)).toBe(7)
  })

  it.each([
    ['7b03020107', 'ASN1_BAD_ID'],
    ['', 'ASN1_OVERRUN'],
  ])('%j: %s', (hex, code) => {
    expect(() => either.decode(fromHex(hex)!)).toThrow(failing(code))
  })
})

describe('hostile input', () => {
  it('does not become a hundred thousand objects', () => {
    const elements = Buffer.alloc(300_000)
    for (let i = 0; i < elements.length; i += 3) elements.set([0x02, 0x01, 0x07], i)
    const octets = Buffer.concat([Buffer.from('30830493e0', 'hex'), elements])
    expect(() => seqOf(int32).decode(octets)).toThrow(failing('ASN1_OVERFLOW'))
  })

  it('does not nest deeper than the types do', () => {
    let octets: Uint8Array = Uint8Array.of(0x30, 0x00)
    for (let i = 0; i < 500; i++) octets = wrap(octets)
    expect(() => seqOf(seqOf(int32)).decode(octets)).toThrow(failing('ASN1_BAD_ID', { offset: 8 }))
  })
})

function wrap(content: Uint8Array): Uint8Array {
  const { length } = content
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.from([0x30, ...header, ...content])
}
