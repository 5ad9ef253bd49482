import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import type { PolicyEntry, PrincipalEntry } from '../../src/kdc/store/entry.ts'
import {
  decodePolicyEntry,
  decodePrincipalEntry,
  encodePolicyEntry,
  encodePrincipalEntry,
  withCounters,
} from '../../src/kdc/store/entry-codec.ts'
import { kadmDataContents, readKadmData } from '../../src/kdc/store/kadm-data.ts'
import {
  readActivations,
  readMasterKeyAux,
  readMasterKvno,
  readModification,
  readStrings,
  readTime,
  TlType,
} from '../../src/kdc/store/tl-data.ts'

const u32 = fc.nat(0xffff_ffff)
const octets = fc.uint8Array({ maxLength: 80 })
const text = fc.string({ maxLength: 20 })
const tlData = fc.array(fc.record({ type: fc.nat(0xffff), contents: octets }), { maxLength: 6 })
const keyData = fc.record({
  version: fc.constantFrom(1 as const, 2 as const),
  kvno: u32,
  etype: fc.integer({ min: -0x8000, max: 0x7fff }),
  sealed: octets,
  saltType: fc.nat(6),
  salt: octets,
})
const principalEntry: fc.Arbitrary<PrincipalEntry> = fc.record({
  principal: fc.record({ type: fc.integer({ min: -200, max: 200 }), realm: text, components: fc.array(text, { maxLength: 4 }) }),
  attributes: u32,
  maxLife: u32,
  maxRenewableLife: u32,
  expiration: u32,
  pwExpiration: u32,
  lastSuccess: u32,
  lastFailed: u32,
  failAuthCount: u32,
  tlData,
  keyData: fc.array(keyData, { maxLength: 4 }),
})
const policyEntry: fc.Arbitrary<PolicyEntry> = fc.record({
  name: text,
  minLife: u32,
  maxLife: u32,
  minLength: u32,
  minClasses: u32,
  history: u32,
  maxFailures: u32,
  failureInterval: u32,
  lockoutDuration: u32,
  attributes: u32,
  maxTicketLife: u32,
  maxRenewableLife: u32,
  allowedKeySalts: fc.option(text, { nil: undefined }),
  tlData,
})

describe('database records', () => {
  it('go round', () => {
    fc.assert(fc.property(principalEntry, entry => void expect(decodePrincipalEntry(encodePrincipalEntry(entry))).toEqual(entry)))
    fc.assert(fc.property(policyEntry, entry => void expect(decodePolicyEntry(encodePolicyEntry(entry))).toEqual(entry)))
  })
  it('take new counters and nothing else', () => {
    fc.assert(
      fc.property(principalEntry, u32, u32, u32, (entry, lastSuccess, lastFailed, failAuthCount) => {
        const counters = { lastSuccess, lastFailed, failAuthCount }
        expect(decodePrincipalEntry(withCounters(encodePrincipalEntry(entry), counters))).toEqual({ ...entry, ...counters })
      }),
    )
  })
  it('damaged in any way give an entry or a KrbError', () => {
    fc.assert(
      fc.property(principalEntry, mutation, (entry, mutate) =>
        valueOrKrbError(() => decodePrincipalEntry(mutate(encodePrincipalEntry(entry)))),
      ),
    )
    fc.assert(
      fc.property(policyEntry, mutation, (entry, mutate) => valueOrKrbError(() => decodePolicyEntry(mutate(encodePolicyEntry(entry))))),
    )
    fc.assert(fc.property(octets, data => valueOrKrbError(() => decodePrincipalEntry(data))))
  })
  it('with any tl-data give a value or a KrbError', () => {
    const readers = [readActivations, readMasterKeyAux, readMasterKvno, readModification, readStrings, readKadmData]
    const types = Object.values(TlType)
    fc.assert(
      fc.property(fc.constantFrom(...types), octets, (type, contents) => {
        for (const read of readers) valueOrKrbError(() => read([{ type, contents }]))
        valueOrKrbError(() => readTime([{ type, contents }], type))
      }),
    )
    const kadm = fc.record({
      policy: fc.option(
        text.filter(name => !name.includes('\0')),
        { nil: undefined },
      ),
      auxAttributes: u32,
      oldKeyNext: u32,
      historyKvno: u32,
      oldKeys: fc.array(fc.array(keyData, { maxLength: 3 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(kadm, mutation, (data, mutate) =>
        valueOrKrbError(() => readKadmData([{ type: TlType.KADM_DATA, contents: mutate(kadmDataContents(data)) }])),
      ),
    )
  })
})

/** Cut, extended or with one octet changed. */
const mutation: fc.Arbitrary<(data: Uint8Array) => Uint8Array> = fc.oneof(
  fc.nat().map(at => (data: Uint8Array) => data.slice(0, data.length === 0 ? 0 : at % data.length)),
  octets.map(more => (data: Uint8Array) => Buffer.concat([data, more])),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, change]) => (data: Uint8Array) => {
    const out = data.slice()
    if (out.length > 0) out[at % out.length]! ^= change
    return out
  }),
)

function valueOrKrbError(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
}
