import { describe, expect, it } from 'vitest'
import { addressText, ipv6Text } from '../../../src/commands/text/address.ts'

describe('addresses', () => {
  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['00000000000000000000ffff01020304', '::ffff:1.2.3.4'],
    ['00000000000000000000000001020304', '::1.2.3.4'],
    ['00010000000000000002000000000000', '1::2:0:0:0'],
  ])('%s is %s, as inet_ntop writes it', (hex, text) => {
    expect(ipv6Text(Buffer.from(hex, 'hex'))).toBe(text)
  })

  it.each([
    [2, '7f000001', '127.0.0.1'],
    [2, '7f0000', 'broken address (type 2 length 3)'],
    [24, '7f000001', 'broken address (type 24 length 4)'],
    [99, '00', 'unknown addrtype 99'],
    [20, '57494e444f575320202020202020201e', 'WINDOWS'],
    [20, '57', 'broken address (type 20 length 1)'],
  ])('type %i %s', (type, hex, text) => {
    expect(addressText({ type, data: new Uint8Array(Buffer.from(hex, 'hex')) })).toBe(text)
  })
})
