import { fromBER } from 'asn1js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApRep, ApReq, Authenticator, EncApRepPart } from '../../src/core/asn1/messages/ap.ts'
import {
  AdAndOr,
  AdIfRelevant,
  AdKdcIssued,
  AdMandatoryForKdc,
  AuthorizationData,
} from '../../src/core/asn1/messages/authorization-data.ts'
import { Checksum, EncryptedData, EncryptionKey } from '../../src/core/asn1/messages/encrypted-data.ts'
import { HostAddress, HostAddresses } from '../../src/core/asn1/messages/host-address.ts'
import { KdcProxyMessage } from '../../src/core/asn1/messages/kdc-proxy.ts'
import { AsRep, EncAsRepPart, EncTgsRepPart, LastReq, TgsRep } from '../../src/core/asn1/messages/kdc-rep.ts'
import { AsReq, KdcReqBody, TgsReq } from '../../src/core/asn1/messages/kdc-req.ts'
import { EncKrbCredPart, KrbCred, KrbCredInfo } from '../../src/core/asn1/messages/krb-cred.ts'
import { KrbErrorMessage, TypedData } from '../../src/core/asn1/messages/krb-error.ts'
import { EncKrbPrivPart, KrbPriv, KrbSafe, KrbSafeBody } from '../../src/core/asn1/messages/krb-safe-priv.ts'
import {
  EtypeInfo,
  EtypeInfo2,
  MethodData,
  PaData,
  PaEncTimestamp,
  PaEncTsEnc,
  PaPacRequest,
} from '../../src/core/asn1/messages/pa-data.ts'
import { PrincipalName } from '../../src/core/asn1/messages/principal-name.ts'
import { PaForUser, PaPacOptions, PaS4uX509User, S4uUserId } from '../../src/core/asn1/messages/s4u.ts'
import { ChangePasswdData } from '../../src/core/asn1/messages/set-passwd.ts'
import { EncTicketPart, Ticket, TransitedEncoding } from '../../src/core/asn1/messages/ticket.ts'
import { preserve, type Schema } from '../../src/core/asn1/schema.ts'
import { type Bytes, fromHex, toHex } from '../../src/core/bytes/bytes.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { type Asn1Type, arbitraryOf, camelCase, interpret, type Plain, readModule } from './asn1-module.ts'

// biome-ignore lint/suspicious/noExplicitAny: schemas of every type in one table.
type AnySchema = Schema<any>

/** By the name that the type has in the RFC. */
const SCHEMAS: Readonly<Record<string, AnySchema>> = {
  PrincipalName,
  HostAddress,
  HostAddresses,
  AuthorizationData,
  'AD-IF-RELEVANT': AdIfRelevant,
  'AD-KDCIssued': AdKdcIssued,
  'AD-AND-OR': AdAndOr,
  'AD-MANDATORY-FOR-KDC': AdMandatoryForKdc,
  'PA-DATA': PaData,
  'METHOD-DATA': MethodData,
  'PA-ENC-TIMESTAMP': PaEncTimestamp,
  'PA-ENC-TS-ENC': PaEncTsEnc,
  'ETYPE-INFO': EtypeInfo,
  'ETYPE-INFO2': EtypeInfo2,
  EncryptedData,
  EncryptionKey,
  Checksum,
  Ticket,
  TransitedEncoding,
  EncTicketPart,
  'KDC-REQ-BODY': KdcReqBody,
  'AS-REQ': AsReq,
  'TGS-REQ': TgsReq,
  'AS-REP': AsRep,
  'TGS-REP': TgsRep,
  LastReq,
  EncASRepPart: EncAsRepPart,
  EncTGSRepPart: EncTgsRepPart,
  'AP-REQ': ApReq,
  Authenticator,
  'AP-REP': ApRep,
  EncAPRepPart: EncApRepPart,
  'KRB-SAFE-BODY': KrbSafeBody,
  'KRB-SAFE': KrbSafe,
  'KRB-PRIV': KrbPriv,
  EncKrbPrivPart,
  'KRB-CRED': KrbCred,
  KrbCredInfo,
  EncKrbCredPart,
  'KRB-ERROR': KrbErrorMessage,
  'TYPED-DATA': TypedData,
  'KDC-PROXY-MESSAGE': KdcProxyMessage,
  'KERB-PA-PAC-REQUEST': PaPacRequest,
  'PA-FOR-USER-ENC': PaForUser,
  S4UUserID: S4uUserId,
  'PA-S4U-X509-USER': PaS4uX509User,
  'PA-PAC-OPTIONS': PaPacOptions,
  ChangePasswdData,
}

/** Parts of other types that no schema stands for alone. */
const PARTS = ['KDC-REQ', 'KDC-REP', 'EncKDCRepPart', 'ETYPE-INFO-ENTRY', 'ETYPE-INFO2-ENTRY']

/** Shrinking a large message may take minutes; what was found until then is reported. */
const LIMIT = { interruptAfterTimeLimit: 10_000 }

const MODULE = readModule()

const ROWS = Object.entries(SCHEMAS).map(([name, schema]) => {
  const type = MODULE.get(name)!
  return { name, schema, type, plain: arbitraryOf(MODULE, type) }
})

it('every type of the ASN.1 text has its schema', () => {
  expect([...MODULE.keys()].sort()).toEqual([...Object.keys(SCHEMAS), ...PARTS].sort())
})

// Only the name goes through `each`, which would print the arbitraries.
describe.each(Object.keys(SCHEMAS))('%s', name => {
  const { schema, type, plain } = ROWS.find(row => row.name === name)!

  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(plain, value => {
        const octets = schema.encode(toValue(type, value))
        const decoded = schema.decode(octets)
        expect(toPlain(decoded)).toEqual(toPlain(toValue(type, value)))
        expect(toHex(schema.encode(decoded))).toBe(toHex(octets))
      }),
      { numRuns: 60, ...LIMIT },
    )
  })

  it('encodes what asn1js reads as the same values', () => {
    fc.assert(
      fc.property(plain, value => {
        const octets = schema.encode(toValue(type, value))
        const { offset, result } = fromBER(octets)
        expect(offset).toBe(octets.length)
        expect(interpret(MODULE, type, result)).toEqual(value)
      }),
      { numRuns: 40, ...LIMIT },
    )
  })

  it('takes any mutation as a value or a KrbError', () => {
    fc.assert(
      fc.property(plain, mutation, (value, mutate) => {
        const mutated = mutate(schema.encode(toValue(type, value)))
        const decoded = attempt(() => schema.decode(mutated))
        if (decoded === undefined) return
        // A value that came out is a value like any other.
        expect(toPlain(schema.decode(schema.encode(decoded)))).toEqual(toPlain(decoded))
      }),
      { numRuns: 150, ...LIMIT },
    )
  })
})

it('any octets give a value or a KrbError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...ROWS), (octets, { schema }) => {
      attempt(() => schema.decode(octets))
      if (octets.length > 0) attempt(() => schema.decode(Uint8Array.of(schema.tag, ...octets.subarray(1))))
    }),
    { numRuns: 2000, ...LIMIT },
  )
})

function attempt<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** What one or two faults do to octets. */
const fault: fc.Arbitrary<(octets: Bytes) => Bytes> = fc
  .tuple(
    fc.constantFrom('flip', 'set', 'cut', 'insert', 'remove', 'repeat', 'append'),
    fc.nat(),
    fc.nat(255),
    fc.integer({ min: 1, max: 8 }),
  )
  .map(([kind, where, octet, count]) => octets => {
    const at = octets.length === 0 ? 0 : where % octets.length
    const before = octets.subarray(0, at)
    const after = octets.subarray(at)
    const byKind = {
      flip: () => Uint8Array.of(...before, (after[0] ?? 0) ^ (1 << (octet & 7)), ...after.subarray(1)),
      set: () => Uint8Array.of(...before, octet, ...after.subarray(1)),
      cut: () => before,
      insert: () => Uint8Array.of(...before, ...new Array<number>(count).fill(octet), ...after),
      remove: () => Uint8Array.of(...before, ...after.subarray(count)),
      repeat: () => Uint8Array.of(...before, ...after.subarray(0, count), ...after),
      append: () => Uint8Array.of(...octets, octet),
    }
    return byKind[kind]()
  })

const mutation = fc
  .array(fault, { minLength: 1, maxLength: 2 })
  .map(faults => (octets: Bytes) => faults.reduce((now, next) => next(now), octets))

/** Fields that keep their octets, and lists of such, by name. */
const PRESERVED: Readonly<Record<string, AnySchema>> = {
  reqBody: KdcReqBody,
  ticket: Ticket,
  tickets: Ticket,
  additionalTickets: Ticket,
  safeBody: KrbSafeBody,
  userId: S4uUserId,
}

/** From the plain form to what the codec takes. */
function toValue(type: Asn1Type, plain: Plain, name = ''): unknown {
  switch (type.is) {
    case 'basic':
      if (name === 'keyvalue' || name === 'newpasswd') return new Secret(fromHex(plain as string)!)
      if (type.name === 'OCTET STRING') return fromHex(plain as string)
      return name === 'salt' ? new Uint8Array(Buffer.from(plain as string, 'utf8')) : plain
    case 'reference': {
      const value = toValue(MODULE.get(type.name)!, plain, name)
      return PRESERVED[name] === undefined ? value : preserve(PRESERVED[name], value)
    }
    case 'tagged':
      return toValue(type.type, plain, name)
    case 'list':
      return (plain as readonly Plain[]).map(item => toValue(type.type, item, name))
    case 'sequence': {
      const value: Record<string, unknown> = {}
      for (const field of type.fields) {
        const key = camelCase(field.name)
        const item = (plain as Readonly<Record<string, Plain>>)[key]
        if (item !== undefined) value[key] = toValue(field.type, item, key)
      }
      if ('adChecksum' in value) value.elements = preserve(AuthorizationData, value.elements as AuthorizationData)
      return value
    }
    default:
      throw new Error('a constant is no part of a value')
  }
}

/** And back. */
function toPlain(value: unknown): unknown {
  if (value instanceof Secret) return value.use(toHex)
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null) return value
  if ('octets' in value && 'value' in value) return toPlain(value.value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]))
}
