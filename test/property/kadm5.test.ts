import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiVersion } from '../../src/admin/wire/kadm5/masks.ts'
import { decodeArguments, decodeResult, encodeArguments, encodeResult } from '../../src/admin/wire/kadm5/messages.ts'
import { type AnyProcedure, PROCEDURES, type ProcedureName } from '../../src/admin/wire/kadm5/procedures.ts'
import { MIT_FRAGMENT, markRecord, RecordAssembler } from '../../src/admin/wire/record-mark.ts'
import { decodeCall, decodeReply, encodeCall, encodeReply } from '../../src/admin/wire/rpc-message.ts'
import { type Bytes, concat } from '../../src/core/bytes/bytes.ts'
import { decodeText } from '../../src/core/bytes/text.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { parsePrincipal, unparsePrincipal } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'

const u32 = fc.nat(0xffffffff)
const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
const i16 = fc.integer({ min: -0x8000, max: 0x7fff })
const octets = fc.uint8Array({ maxLength: 40 })
const text = fc.uint8Array({ maxLength: 20, min: 1 }).map(decodeText)
const secret = fc.uint8Array({ maxLength: 20, min: 1 }).map(value => new Secret(value))
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const component = fc.uint8Array({ minLength: 1, maxLength: 8, min: 1 }).map(decodeText)
const principal = fc
  .record({ components: fc.array(component, { minLength: 1, maxLength: 3 }), realm: component })
  .map(({ components, realm }) => parsePrincipal(unparsePrincipal({ type: 1, components, realm })))
const key = fc.record({ etype: i32, value: fc.uint8Array({ maxLength: 32 }).map(value => new Secret(value)) })
const keySalts = fc.array(fc.record({ etype: i32, saltType: i32 }), { maxLength: 4 })
const tlData = orNull(fc.array(fc.record({ type: i16, value: octets }), { maxLength: 3 }))
const keyData = fc.oneof(
  fc.record({ version: fc.constant(1), kvno: u32, etype: i16, saltType: fc.constant(0) }),
  fc.record({ version: fc.constant(2), kvno: u32, etype: i16, saltType: i16 }),
)
const principalEnt = fc
  .record({
    principal: orNull(principal),
    princExpireTime: u32,
    lastPwdChange: u32,
    pwExpiration: u32,
    maxLife: i32,
    modName: orNull(principal),
    modDate: u32,
    attributes: u32,
    kvno: u32,
    mkvno: u32,
    policy: orNull(text),
    auxAttributes: i32,
    maxRenewableLife: i32,
    lastSuccess: u32,
    lastFailed: u32,
    failAuthCount: u32,
    tlCount: i16,
    tlData,
    keyData: fc.array(keyData, { maxLength: 4 }),
  })
  .map(entry => ({ ...entry, keyCount: entry.keyData.length }))
const policyV2 = {
  policy: orNull(text),
  pwMinLife: i32,
  pwMaxLife: i32,
  pwMinLength: i32,
  pwMinClasses: i32,
  pwHistoryNum: i32,
  policyRefcnt: i32,
}
const policyV3 = { pwMaxFail: u32, pwFailcntInterval: i32, pwLockoutDuration: i32 }
const policyV4 = { attributes: u32, maxLife: i32, maxRenewableLife: i32, allowedKeysalts: orNull(text), tlCount: i16, tlData }
const policyEnt = fc.record({ ...policyV2, ...policyV3, ...policyV4 })
const versionedKeys = fc.array(fc.record({ kvno: u32, key, saltType: i16, salt: octets }), { maxLength: 3 })
const nothing = fc.constant({})

/** What each procedure's arguments and results may be. */
const VALUES: Readonly<
  Record<ProcedureName, readonly [fc.Arbitrary<Readonly<Record<string, unknown>>>, fc.Arbitrary<Readonly<Record<string, unknown>>>]>
> = {
  createPrincipal: [fc.record({ entry: principalEnt, mask: u32, password: orNull(secret) }), nothing],
  deletePrincipal: [fc.record({ principal: orNull(principal) }), nothing],
  modifyPrincipal: [fc.record({ entry: principalEnt, mask: u32 }), nothing],
  renamePrincipal: [fc.record({ source: orNull(principal), target: orNull(principal) }), nothing],
  getPrincipal: [fc.record({ principal: orNull(principal), mask: u32 }), fc.record({ entry: principalEnt })],
  chpassPrincipal: [fc.record({ principal: orNull(principal), password: orNull(secret) }), nothing],
  chrandPrincipal: [fc.record({ principal: orNull(principal) }), fc.record({ keys: fc.array(key, { maxLength: 3 }) })],
  createPolicy: [fc.record({ entry: policyEnt, mask: u32 }), nothing],
  deletePolicy: [fc.record({ name: orNull(text) }), nothing],
  modifyPolicy: [fc.record({ entry: policyEnt, mask: u32 }), nothing],
  getPolicy: [fc.record({ name: orNull(text) }), fc.record({ entry: policyEnt })],
  getPrivs: [nothing, fc.record({ privileges: u32 })],
  init: [nothing, nothing],
  getPrincipals: [fc.record({ pattern: orNull(text) }), fc.record({ names: fc.array(orNull(text), { maxLength: 5 }) })],
  getPolicies: [fc.record({ pattern: orNull(text) }), fc.record({ names: fc.array(orNull(text), { maxLength: 5 }) })],
  setkeyPrincipal: [fc.record({ principal: orNull(principal), keys: fc.array(key, { maxLength: 3 }) }), nothing],
  createPrincipal3: [fc.record({ entry: principalEnt, mask: u32, keySalts, password: orNull(secret) }), nothing],
  chpassPrincipal3: [fc.record({ principal: orNull(principal), keepOld: fc.boolean(), keySalts, password: orNull(secret) }), nothing],
  chrandPrincipal3: [
    fc.record({ principal: orNull(principal), keepOld: fc.boolean(), keySalts }),
    fc.record({ keys: fc.array(key, { maxLength: 3 }) }),
  ],
  setkeyPrincipal3: [
    fc.record({ principal: orNull(principal), keepOld: fc.boolean(), keySalts, keys: fc.array(key, { maxLength: 3 }) }),
    nothing,
  ],
  purgeKeys: [fc.record({ principal: orNull(principal), keepKvno: i32 }), nothing],
  getStrings: [
    fc.record({ principal: orNull(principal) }),
    fc.record({ strings: fc.array(fc.record({ key: text, value: text }), { maxLength: 3 }) }),
  ],
  setString: [fc.record({ principal: orNull(principal), key: orNull(text), value: orNull(text) }), nothing],
  setkeyPrincipal4: [fc.record({ principal: orNull(principal), keepOld: fc.boolean(), keys: versionedKeys }), nothing],
  getPrincipalKeys: [fc.record({ principal: orNull(principal), kvno: u32 }), fc.record({ keys: versionedKeys })],
  createAlias: [fc.record({ alias: orNull(principal), target: orNull(principal) }), nothing],
}

describe.each(Object.entries(PROCEDURES) as [ProcedureName, AnyProcedure][])('%s', (name, procedure) => {
  const [args, results] = VALUES[name]
  const failures = fc.record({ version: fc.constant(ApiVersion.V4), code: i32.filter(code => code !== 0) })

  it('gives arguments and results back', () => {
    fc.assert(
      fc.property(args, results, (argument, result) => {
        const call = { version: ApiVersion.V4, arguments: argument }
        expect(shown(decodeArguments(procedure, encodeArguments(procedure, call), 'R'))).toEqual(shown(call))
        const reply = { version: ApiVersion.V4, code: 0, result }
        expect(shown(decodeResult(procedure, encodeResult(procedure, reply), 'R'))).toEqual(shown(reply))
      }),
      { numRuns: 30 },
    )
  })

  it('shares no octets with the message', () => {
    fc.assert(
      fc.property(args, argument => {
        const call = { version: ApiVersion.V4, arguments: argument }
        const octets = encodeArguments(procedure, call)
        const read = decodeArguments(procedure, octets, 'R')
        octets.fill(0)
        expect(shown(read)).toEqual(shown(call))
      }),
      { numRuns: 10 },
    )
  })

  it('gives failures back', () => {
    fc.assert(
      fc.property(failures, results, (failure, result) => {
        const reply = procedure.resultOfFailure ? { ...failure, result } : failure
        expect(decodeResult(procedure, encodeResult(procedure, reply), 'R')).toEqual(reply)
      }),
      { numRuns: 10 },
    )
  })

  it('takes any mutation for a value, which it can write, or a typed error', () => {
    fc.assert(
      fc.property(args, results, mutations, (argument, result, mutate) => {
        const version = ApiVersion.V4
        const asked = mutate(encodeArguments(procedure, { version, arguments: argument }))
        const call = attempt(() => decodeArguments(procedure, asked, 'R'))
        if (call !== undefined) expect(shown(decodeArguments(procedure, encodeArguments(procedure, call), 'R'))).toEqual(shown(call))
        const answered = mutate(encodeResult(procedure, { version, code: 0, result }))
        const reply = attempt(() => decodeResult(procedure, answered, 'R'))
        if (reply !== undefined) expect(shown(decodeResult(procedure, encodeResult(procedure, reply), 'R'))).toEqual(shown(reply))
      }),
      { numRuns: 100 },
    )
  })
})

it.each([
  [ApiVersion.V2, { ...policyV2 }],
  [ApiVersion.V3, { ...policyV2, ...policyV3 }],
])('callers of version %i write and read fewer fields of a policy', (version, known) => {
  fc.assert(
    fc.property(fc.record(known), policyEnt, u32, (seen, rest, mask) => {
      const octets = encodeArguments(PROCEDURES.createPolicy, { version, arguments: { entry: { ...rest, ...seen }, mask } })
      const { arguments: read } = decodeArguments(PROCEDURES.createPolicy, octets, 'R')
      expect(read).toMatchObject({ entry: { ...seen, allowedKeysalts: undefined, tlData: undefined }, mask })
    }),
  )
})

it('records come back from any pieces', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: MIT_FRAGMENT }),
      (records, fragment, piece) => {
        const stream = concat(...records.map(record => markRecord(record, fragment)))
        const assembler = new RecordAssembler({ maxOctets: 300, maxFragments: 300 })
        const got: Bytes[] = []
        for (let at = 0; at < stream.length; at += piece) got.push(...assembler.push(stream.subarray(at, at + piece)))
        expect(got.map(record => [...record])).toEqual(records.map(record => [...record]))
      },
    ),
  )
})

it('any octets are records within the limits or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), stream => {
      const records = attempt(() => new RecordAssembler({ maxOctets: 200, maxFragments: 4 }).push(stream))
      for (const record of records ?? []) expect(record.length).toBeLessThanOrEqual(200)
    }),
  )
})

it('any octets are an RPC message that is written as it was read, or a typed error', () => {
  const head = fc.constantFrom(
    [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2],
    [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
  )
  const small = fc.array(fc.tuple(fc.constant(0), fc.constant(0), fc.constant(0), fc.nat(8)), { maxLength: 20 })
  fc.assert(
    fc.property(head, small, fc.uint8Array({ maxLength: 8 }), (first, words, tail) => {
      const octets = Uint8Array.from([...first, ...words.flat(), ...tail])
      const call = attempt(() => decodeCall(octets))
      if (call !== undefined) expect(encodeCall(call)).toEqual(octets)
      const reply = attempt(() => decodeReply(octets))
      if (reply !== undefined) expect(octets.subarray(0, encodeReply(reply).length)).toEqual(encodeReply(reply))
    }),
  )
})

const mutations: fc.Arbitrary<(octets: Bytes) => Bytes> = fc.oneof(
  fc.nat(400).map(cut => (octets: Bytes) => octets.slice(0, cut)),
  octets.map(tail => (value: Bytes) => concat(value, tail)),
  fc.tuple(fc.nat(400), fc.nat(255)).map(
    ([at, value]) =>
      (octets: Bytes) =>
        octets.map((octet, i) => (i === at ? value : octet)),
  ),
  fc.tuple(fc.nat(100), fc.constantFrom(0, 1, 2, 255)).map(
    ([word, value]) =>
      (octets: Bytes) =>
        octets.map((octet, i) => (Math.floor(i / 4) === word ? value : octet)),
  ),
)

/** The value, or undefined when it was refused as it should be. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(KrbError)
    return undefined
  }
}

/** Secrets with their octets, so that two values can be compared. */
function shown(value: unknown): unknown {
  if (value instanceof Secret) return value.use(octets => ({ secret: [...octets] }))
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shown(field)]))
}
