import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AdIfRelevant } from '../../../../src/core/asn1/messages/authorization-data.ts'
import { Ticket } from '../../../../src/core/asn1/messages/ticket.ts'
import { dumpAsn1 } from '../../../../src/core/pki/dump.ts'

describe('dumpAsn1', () => {
  it('shows tags, numbers, texts and octets, what is inside indented', async () => {
    const ticket = Ticket.encode({
      realm: 'R.TEST',
      sname: { nameType: -128, nameString: ['a\u001bb'] },
      encPart: { etype: 18, cipher: Uint8Array.of(1, 0xfe) },
    })
    expect(await dumpAsn1(ticket)).toEqual([
      '[APPLICATION 1]',
      '  SEQUENCE',
      '    [0]',
      '      INTEGER 5',
      '    [1]',
      '      GeneralString "R.TEST"',
      '    [2]',
      '      SEQUENCE',
      '        [0]',
      '          INTEGER -128',
      '        [1]',
      '          SEQUENCE',
      '            GeneralString "a\\x1bb"',
      '    [3]',
      '      SEQUENCE',
      '        [0]',
      '          INTEGER 18',
      '        [2]',
      '          OCTET STRING 01fe',
    ])
  })

  it('takes a time that is none for no ASN.1', async () => {
    expect(await dumpAsn1(Uint8Array.of(0x18, 3, 0x30, 0x1d, 0xa0))).toBeUndefined()
    expect(await dumpAsn1(Uint8Array.of(0x18, 15, ...Buffer.from('20261122010203Z')))).toEqual(['GeneralizedTime "20261122010203Z"'])
  })

  it('any octets give lines or nothing, changed ones too, however deep', async () => {
    const good = AdIfRelevant.encode([{ adType: 77, adData: new Uint8Array(20) }])
    const changed = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, octet]) => good.with(at, octet))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 60 }), changed), async octets => {
        const lines = await dumpAsn1(octets)
        expect(lines === undefined || lines.length > 0).toBe(true)
      }),
      { numRuns: 400 },
    )
    let deep: Uint8Array = new Uint8Array(0)
    for (let i = 0; i < 5000; i++) deep = Uint8Array.of(0x30, 0x82, deep.length >> 8, deep.length & 0xff, ...deep)
    expect(await dumpAsn1(deep)).toBeUndefined()
    expect(await dumpAsn1(new Uint8Array(0))).toBeUndefined()
  })
})
