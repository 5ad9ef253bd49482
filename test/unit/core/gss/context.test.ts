import { describe, expect, it } from 'vitest'
import { concat } from '../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { prepareKey, randomKey } from '../../../../src/core/crypto/encrypted-data.ts'
import { establishContext, type GssContext } from '../../../../src/core/gss/context.ts'
import { random } from '../../kdc-client/fake-kdc.ts'
import { codeOf, contextPair } from './service-ticket.ts'

const TEXT = encodeText('change the password')
const ETYPES = [17, 18, 19, 20, 25, 26]

describe.each(ETYPES)('tokens under enctype %i', etype => {
  const { initiator, acceptor } = contextPair(etype)
  const ways: readonly [string, GssContext, GssContext][] = [
    ['from the initiator', initiator, acceptor],
    ['from the acceptor', acceptor, initiator],
  ]
  it.each(ways)('give their message back %s', (_, from, to) => {
    for (const message of [TEXT, new Uint8Array(0), new Uint8Array(5000).fill(7)]) {
      to.verifyMic(message, from.getMic(message))
      for (const sealed of [true, false]) expect(to.unwrap(from.wrap(message, sealed))).toEqual({ message, sealed })
    }
  })
  it.each(ways)('are refused for any changed, missing or further octet %s', (_, from, to) => {
    for (const token of [from.wrap(TEXT, true), from.wrap(TEXT, false)]) {
      for (let at = 0; at < token.length; at++) {
        const changed = token.slice()
        changed[at]! ^= 1 + (at % 255)
        expect(
          codeOf(() => to.unwrap(changed)),
          `octet ${at}`,
        ).not.toBe('none')
        expect(
          codeOf(() => to.unwrap(token.slice(0, at))),
          `${at} octets`,
        ).not.toBe('none')
      }
      expect(codeOf(() => to.unwrap(concat(token, Uint8Array.of(0))))).not.toBe('none')
      expect(to.unwrap(token).message).toEqual(TEXT)
    }
    const mic = from.getMic(TEXT)
    for (let at = 0; at < mic.length; at++) {
      const changed = mic.slice()
      changed[at]! ^= 1 + (at % 255)
      expect(
        codeOf(() => to.verifyMic(TEXT, changed)),
        `octet ${at}`,
      ).not.toBe('none')
      expect(codeOf(() => to.verifyMic(TEXT, mic.slice(0, at)))).not.toBe('none')
    }
    expect(codeOf(() => to.verifyMic(TEXT.slice(1), mic))).toBe('KRB5KRB_AP_ERR_MODIFIED')
    expect(codeOf(() => to.verifyMic(TEXT, concat(mic, Uint8Array.of(0))))).toBe('KRB5KRB_AP_ERR_MODIFIED')
    to.verifyMic(TEXT, mic)
  })
  it.each(ways)('may be rotated by any count, even beyond their length %s', (_, from, to) => {
    for (const sealed of [true, false]) {
      for (const count of [0, 1, 12, 28, 79, 200, 65_535]) {
        const token = rotated(from.wrap(TEXT, sealed), count)
        expect(to.unwrap(token)).toEqual({ message: TEXT, sealed })
      }
    }
  })
})

describe('numbers of tokens', () => {
  it('are used up by genuine tokens only, once, by signatures and messages together', () => {
    const { initiator, acceptor } = contextPair()
    const mic = initiator.getMic(TEXT)
    const wrapped = initiator.wrap(TEXT, true)
    const damaged = wrapped.slice()
    damaged[20]! ^= 1
    acceptor.verifyMic(TEXT, mic)
    expect(codeOf(() => acceptor.verifyMic(TEXT, mic))).toBe('KRB5KRB_AP_ERR_REPEAT')
    expect(codeOf(() => acceptor.unwrap(damaged))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
    acceptor.unwrap(wrapped)
    expect(codeOf(() => acceptor.unwrap(wrapped))).toBe('KRB5KRB_AP_ERR_REPEAT')
  })
  it('may have gaps and come late, up to 64', () => {
    const { initiator, acceptor } = contextPair()
    const tokens = Array.from({ length: 70 }, () => initiator.getMic(TEXT))
    acceptor.verifyMic(TEXT, tokens[69]!)
    acceptor.verifyMic(TEXT, tokens[6]!)
    expect(codeOf(() => acceptor.verifyMic(TEXT, tokens[6]!))).toBe('KRB5KRB_AP_ERR_REPEAT')
    expect(codeOf(() => acceptor.verifyMic(TEXT, tokens[5]!))).toBe('KRB5KRB_AP_ERR_BADORDER')
  })
  it('of before the first, which the other side never sent, are refused', () => {
    const key = prepareKey(randomKey(18, random))
    const common = { key, acceptorSubkey: false, random }
    const initiator = establishContext({ ...common, side: 'initiator', sendFrom: 9, receiveFrom: 0 })
    const acceptor = establishContext({ ...common, side: 'acceptor', sendFrom: 0, receiveFrom: 10 })
    expect(codeOf(() => acceptor.verifyMic(TEXT, initiator.getMic(TEXT)))).toBe('KRB5KRB_AP_ERR_BADORDER')
    acceptor.verifyMic(TEXT, initiator.getMic(TEXT))
  })
})

describe('refused tokens', () => {
  const { initiator, acceptor } = contextPair()
  it('of our own', () => {
    expect(codeOf(() => initiator.unwrap(initiator.wrap(TEXT, true)))).toBe('KRB5KRB_AP_ERR_BADDIRECTION')
    expect(codeOf(() => initiator.verifyMic(TEXT, initiator.getMic(TEXT)))).toBe('KRB5KRB_AP_ERR_BADDIRECTION')
  })
  it('of another kind', () => {
    expect(codeOf(() => acceptor.unwrap(initiator.getMic(TEXT)))).toBe('KRB5KRB_AP_ERR_MSG_TYPE')
    expect(codeOf(() => acceptor.verifyMic(TEXT, initiator.wrap(TEXT, false)))).toBe('KRB5KRB_AP_ERR_MSG_TYPE')
  })
  it('with an EC that counts more or fewer octets than the sender sealed (CVE-2024-37370)', () => {
    for (const sealed of [true, false]) {
      // The last one leaves the checksum where it is when counted from the wrong end.
      for (const count of [1, 16, 0xffff, TEXT.length + 24]) {
        const token = initiator.wrap(TEXT, sealed)
        new DataView(token.buffer, token.byteOffset).setUint16(4, count)
        expect(codeOf(() => acceptor.unwrap(token))).toBe('KRB5KRB_AP_ERR_MODIFIED')
      }
    }
  })
  it('of another context', () => {
    const other = contextPair().initiator
    expect(codeOf(() => acceptor.unwrap(other.wrap(TEXT, true)))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
    expect(codeOf(() => acceptor.unwrap(other.wrap(TEXT, false)))).toBe('KRB5KRB_AP_ERR_MODIFIED')
  })
  it('under the initiator subkey when there is one of the acceptor', () => {
    const token = contextPair(18, 0).initiator.wrap(TEXT, true)
    expect(codeOf(() => acceptor.unwrap(token))).toBe('KRB5KRB_AP_ERR_MODIFIED')
  })
})

it('filler octets that a sender puts behind the message are cut off', () => {
  const key = prepareKey(randomKey(18, random))
  const { etype } = key
  const header = Uint8Array.of(5, 4, 2, 0xff, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7)
  const sealed = etype.encrypt(key, 24, concat(TEXT, new Uint8Array(3), header), random(etype.confounderBytes))
  const acceptor = establishContext({ side: 'acceptor', key, acceptorSubkey: false, sendFrom: 0, receiveFrom: 7, random })
  expect(acceptor.unwrap(concat(header, sealed)).message).toEqual(TEXT)
})

describe('tokens that are signed but not as they should be', () => {
  const key = prepareKey(randomKey(18, random))
  const { etype } = key
  const signedOver = (usage: number, header: Uint8Array, zeroed = header) =>
    concat(header, TEXT, etype.checksum(key, usage, concat(TEXT, zeroed)))
  const acceptor = () => establishContext({ side: 'acceptor', key, acceptorSubkey: false, sendFrom: 0, receiveFrom: 7, random })
  const number = [0, 0, 0, 0, 0, 0, 0, 7]

  it.each([
    ['none', 'none', [4, 4, 0, 255, 255, 255, 255, 255]],
    ['the flag of sealed ones', 'KRB5KRB_AP_ERR_MODIFIED', [4, 4, 2, 255, 255, 255, 255, 255]],
    ['another filler', 'KRB5KRB_AP_ERR_MODIFIED', [4, 4, 0, 255, 255, 0, 255, 255]],
    ['a flag that nobody knows, to be ignored (RFC 4121 §4.2.2)', 'none', [4, 4, 0x80, 255, 255, 255, 255, 255]],
  ])('MIC: %s is %s', (_, code, start) => {
    const header = Uint8Array.from([...start, ...number])
    const token = concat(header, etype.checksum(key, 25, concat(TEXT, header)))
    expect(codeOf(() => acceptor().verifyMic(TEXT, token))).toBe(code)
  })
  it.each([
    ['none', 'none', [5, 4, 0, 255, 0, 12, 0, 0]],
    ['another filler', 'KRB5KRB_AP_ERR_MODIFIED', [5, 4, 0, 254, 0, 12, 0, 0]],
  ])('Wrap: %s is %s', (_, code, start) => {
    const header = Uint8Array.from([...start, ...number])
    expect(codeOf(() => acceptor().unwrap(signedOver(24, header, header.with(5, 0))))).toBe(code)
  })
})

it('a sealed message cannot be read in its token, an unsealed one can', () => {
  const { initiator } = contextPair()
  expect(Buffer.from(initiator.wrap(TEXT, true)).includes(Buffer.from(TEXT))).toBe(false)
  expect(Buffer.from(initiator.wrap(TEXT, false)).includes(Buffer.from(TEXT))).toBe(true)
})

function rotated(token: Uint8Array, count: number): Uint8Array {
  const header = token.slice(0, 16)
  new DataView(header.buffer).setUint16(6, count)
  const body = token.subarray(16)
  const cut = body.length - (count % body.length)
  return concat(header, body.subarray(cut), body.subarray(0, cut))
}
