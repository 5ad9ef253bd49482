import './../helpers/property-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { decodeAttributesInfo } from '../../src/core/pac/attributes-info.ts'
import { decodeClientInfo, encodeClientInfo } from '../../src/core/pac/client-info.ts'
import { buildPac, parsePac } from '../../src/core/pac/container.ts'
import { decodeDelegationInfo, encodeDelegationInfo } from '../../src/core/pac/delegation-info.ts'
import { decodeLogonInfo } from '../../src/core/pac/logon-info.ts'
import { decodeSid } from '../../src/core/pac/sid.ts'
import { decodeSignature } from '../../src/core/pac/signature.ts'
import { decodeUpnDnsInfo } from '../../src/core/pac/upn-dns-info.ts'

const octets = fc.uint8Array({ maxLength: 300 })
const buffers = fc.array(fc.record({ type: fc.nat(30), data: fc.uint8Array({ maxLength: 40 }) }), { minLength: 1, maxLength: 12 })

describe('PAC', () => {
  it('parse(build(x)) = x', () => {
    fc.assert(
      fc.property(buffers, contents => {
        const parsed = parsePac(buildPac(contents).octets)
        expect(parsed.buffers.map(({ type, data }) => ({ type, data: [...data] }))).toEqual(
          contents.map(({ type, data }) => ({ type, data: [...data] })),
        )
        expect(parsed.buffers.every(({ offset }) => offset % 8 === 0)).toBe(true)
      }),
    )
  })

  it('counts, sizes and offsets that lie are a typed error (CVE-2022-42898 and its kin)', () => {
    const numbers = fc.constantFrom(0, 1, 7, 8, 0x7fffffff, 0x80000000, 0x0fffffff, 0x10000000, 0xfffffff8, 0xffffffff)
    fc.assert(
      fc.property(buffers, fc.array(fc.tuple(fc.nat(120), numbers), { minLength: 1, maxLength: 4 }), (contents, lies) => {
        const changed = new Uint8Array(buildPac(contents).octets)
        const view = new DataView(changed.buffer)
        for (const [word, value] of lies) if (word * 4 + 4 <= changed.length) view.setUint32(word * 4, value, true)
        orTypedError(() => {
          for (const { data, offset } of parsePac(changed).buffers) expect(offset + data.length).toBeLessThanOrEqual(changed.length)
        })
      }),
      { numRuns: 300 },
    )
  })

  it('delegation info and client info give their values back', () => {
    const text = fc.string({ maxLength: 30, unit: 'grapheme' })
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 6 }), (proxyTarget, transitedServices) => {
        const info = { proxyTarget, transitedServices }
        const encoded = encodeDelegationInfo(info)
        expect(encoded.length % 8).toBe(0)
        expect(decodeDelegationInfo(encoded)).toEqual(info)
      }),
    )
    fc.assert(
      fc.property(text, fc.nat(0xffffffff), (name, authtime) => {
        expect(decodeClientInfo(encodeClientInfo({ name, authtime }))).toEqual({ name, authtime })
      }),
    )
  })

  const decoders = {
    parsePac,
    decodeAttributesInfo,
    decodeClientInfo,
    decodeDelegationInfo,
    decodeLogonInfo,
    decodeSid,
    decodeSignature,
    decodeUpnDnsInfo,
  }
  it.each(Object.entries(decoders))('%s: any octets give a value or a typed error', (_, decode) => {
    const NDR = Uint8Array.of(1, 0x10, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc)
    const framed = octets.map(body => new Uint8Array([...NDR, body.length & 0xff, body.length >> 8, 0, 0, 0, 0, 0, 0, ...body]))
    fc.assert(fc.property(fc.oneof(octets, framed), input => orTypedError(() => decode(input))))
  })
})

function orTypedError(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
}
