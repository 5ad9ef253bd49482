import { describe, expect, it } from 'vitest'
import { makeKrbPriv, openKrbPriv } from '../../../../src/core/ap/krb-priv.ts'
import { makeKrbSafe, openKrbSafe } from '../../../../src/core/ap/krb-safe.ts'
import type { Expected, MessageTerms } from '../../../../src/core/ap/message-body.ts'
import { internetAddress } from '../../../../src/core/asn1/messages/host-address.ts'
import { KrbSafe, KrbSafeBody } from '../../../../src/core/asn1/messages/krb-safe-priv.ts'
import { preserve } from '../../../../src/core/asn1/schema.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { makeChecksum } from '../../../../src/core/crypto/checksum.ts'
import { randomKey } from '../../../../src/core/crypto/encrypted-data.ts'
import { ETYPES } from '../../../../src/core/crypto/etypes/index.ts'
import { KeyUsage } from '../../../../src/core/registry/key-usage.ts'
import { random } from '../../kdc-client/fake-kdc.ts'

const HERE = internetAddress(Uint8Array.of(127, 0, 0, 1))
const THERE = internetAddress(Uint8Array.of(10, 0, 0, 1))
const SIX = internetAddress(new Uint8Array(16))
const DATA = encodeText('some data')
const NOW = { seconds: 1_800_000_000, micros: 7 }
const KEY = randomKey(18, random)

const KINDS = [
  {
    name: 'KRB-PRIV',
    make: (terms: MessageTerms, key = KEY) => makeKrbPriv(DATA, key, terms, { random }),
    open: (message: Uint8Array, expected: Expected, key = KEY) => openKrbPriv(message, key, expected),
  },
  {
    name: 'KRB-SAFE',
    make: (terms: MessageTerms, key = KEY) => makeKrbSafe(DATA, key, terms),
    open: (message: Uint8Array, expected: Expected, key = KEY) => openKrbSafe(message, key, expected),
  },
] as const

describe.each(KINDS)('$name', ({ make, open }) => {
  const thrown = (code: string) => expect.objectContaining({ name: 'KrbError', code })

  it.each(ETYPES.map(etype => etype.id))('gives its data back under enctype %i', id => {
    const key = randomKey(id, random)
    const full = { sAddress: HERE, rAddress: THERE, seqNumber: 0xffff_fffe, timestamp: NOW }
    const expected = { sAddress: HERE, rAddress: THERE, seqNumber: 0xffff_fffe, time: { now: NOW, clockskew: 300 } }
    expect(open(make(full, key), expected, key)).toEqual(DATA)
    expect(open(make({ sAddress: SIX }, key), {}, key)).toEqual(DATA)
  })

  it.each([
    ['another sender', { sAddress: THERE }, 'KRB5KRB_AP_ERR_BADADDR'],
    ['another kind of address', { sAddress: SIX }, 'KRB5KRB_AP_ERR_BADADDR'],
    ['another receiver', { rAddress: HERE }, 'KRB5KRB_AP_ERR_BADADDR'],
    ['another number', { seqNumber: 8 }, 'KRB5KRB_AP_ERR_BADORDER'],
    ['a time too long ago', { time: { now: { seconds: NOW.seconds + 301, micros: 0 }, clockskew: 300 } }, 'KRB5KRB_AP_ERR_SKEW'],
    ['a time to come', { time: { now: { seconds: NOW.seconds - 301, micros: 0 }, clockskew: 300 } }, 'KRB5KRB_AP_ERR_SKEW'],
  ])('is refused for %s', (_, expected, code) => {
    const message = make({ sAddress: HERE, rAddress: THERE, seqNumber: 7, timestamp: NOW })
    expect(() => open(message, expected)).toThrow(thrown(code))
  })

  it('has number 0 where it has none, may leave its receiver open, and must have a time where one is wanted', () => {
    const message = make({ sAddress: HERE })
    expect(open(message, { seqNumber: 0, rAddress: THERE })).toEqual(DATA)
    expect(() => open(message, { time: { now: NOW, clockskew: 300 } })).toThrow(thrown('KRB5KRB_AP_ERR_SKEW'))
  })

  it('is refused under another key, and of another type', () => {
    const message = make({ sAddress: HERE })
    expect(() => open(message, {}, randomKey(18, random))).toThrow(expect.objectContaining({ name: 'KrbError' }))
    const other = KINDS.find(kind => kind.make !== make)!
    expect(() => open(other.make({ sAddress: HERE }), {})).toThrow(expect.objectContaining({ name: 'KrbError' }))
  })

  it('is refused when any octet is changed', () => {
    const message = make({ sAddress: HERE, seqNumber: 7 })
    for (let at = 0; at < message.length; at++) {
      const changed = message.slice()
      changed[at]! ^= 0x01
      expect(() => open(changed, { sAddress: HERE, seqNumber: 7 }), `octet ${at}`).toThrow(expect.objectContaining({ name: 'KrbError' }))
    }
  })
})

describe('KRB-SAFE', () => {
  it('may have its checksum over the body alone, as RFC 1510 had it', () => {
    const safeBody = preserve(KrbSafeBody, { userData: DATA, sAddress: HERE })
    const message = KrbSafe.encode({ safeBody, cksum: makeChecksum(KEY, KeyUsage.KRB_SAFE_CKSUM, safeBody.octets) })
    expect(openKrbSafe(message, KEY, {})).toEqual(DATA)
  })

  it('is not believed for an unkeyed checksum', () => {
    const safeBody = preserve(KrbSafeBody, { userData: DATA, sAddress: HERE })
    const message = KrbSafe.encode({ safeBody, cksum: { cksumtype: 7, checksum: new Uint8Array(16) } })
    expect(() => openKrbSafe(message, KEY, {})).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_MODIFIED' }))
  })
})
