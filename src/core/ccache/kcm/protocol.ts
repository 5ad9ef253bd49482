import { type Bytes, concat } from '../../bytes/bytes.ts'
import { Reader } from '../../bytes/reader.ts'
import { decodeText, encodeText } from '../../bytes/text.ts'
import { Writer } from '../../bytes/writer.ts'
import { KrbError } from '../../errors/krb-error.ts'
import { codeOfNumber } from '../../errors/tables/index.ts'
import type { Principal } from '../../principal/principal.ts'
import type { Credential } from '../credential.ts'
import { decodeCredential, decodePrincipal, encodeCredential, encodePrincipal } from '../format.ts'

/** Operations of Heimdal's KCM protocol 2.0, and from 13001 on two that MIT added. */
export const KcmOp = {
  GEN_NEW: 3,
  INITIALIZE: 4,
  DESTROY: 5,
  STORE: 6,
  GET_PRINCIPAL: 8,
  GET_CRED_UUID_LIST: 9,
  GET_CRED_BY_UUID: 10,
  REMOVE_CRED: 11,
  GET_CACHE_UUID_LIST: 18,
  GET_CACHE_BY_UUID: 19,
  GET_DEFAULT_CACHE: 20,
  SET_DEFAULT_CACHE: 21,
  GET_KDC_OFFSET: 22,
  SET_KDC_OFFSET: 23,
  GET_CRED_LIST: 13001,
  REPLACE: 13002,
} as const

export type KcmOp = (typeof KcmOp)[keyof typeof KcmOp]

/** Length, version, operation, arguments. */
export function encodeRequest(op: KcmOp, ...args: readonly Bytes[]): Bytes {
  const body = concat(new Writer().u8(2).u8(0).u16(op).finish(), ...args)
  const request = new Writer('big', body.length + 4).u32(body.length).bytes(body).finish()
  body.fill(0)
  return request
}

/** Octets of the head of every reply: the length of what follows, and a status of the transport. */
export const HEAD_BYTES = 8

/** How many octets follow the head. Throws `KRB5_KCM_REPLY_TOO_BIG`, and the daemon's own error when the transport has one. */
export function decodeHead(head: Bytes): number {
  const reader = new Reader(head, malformed)
  const length = reader.u32('length')
  if (length > MOST_REPLY) throw new KrbError('KRB5_KCM_REPLY_TOO_BIG', { length })
  throwIf(reader.i32('transport status'))
  return length
}

/** The results in a reply's body. Throws the daemon's error. */
export function decodeResults(body: Bytes): Reader {
  const reader = new Reader(body, malformed)
  throwIf(reader.i32('status'))
  return reader
}

export function nameArgument(name: string): Bytes {
  return concat(encodeText(name), Uint8Array.of(0))
}

export function numberArgument(value: number): Bytes {
  return new Writer('big', 4).u32(value).finish()
}

export function principalArgument(principal: Principal): Bytes {
  return encodePrincipal(principal)
}

export function credentialArgument(credential: Credential): Bytes {
  return encodeCredential(credential, 4)
}

/** As REPLACE takes them: a count, then each behind its length. */
export function credentialsArgument(credentials: readonly Credential[]): Bytes {
  const writer = new Writer('big', 4096).u32(credentials.length)
  for (const credential of credentials) {
    const octets = credentialArgument(credential)
    writer.u32(octets.length).bytes(octets)
    octets.fill(0)
  }
  return writer.finish()
}

/** Matches exactly this entry: names, times and key type (flags, then a pattern with its header of what is in it). */
export function exactMatchArgument(credential: Credential): Bytes {
  const { client, server, key, authtime, starttime, endtime, renewTill } = credential
  const writer = new Writer()
    .u32(MATCH_TIMES_EXACT | MATCH_KEYTYPE)
    .u32(HAS_CLIENT | HAS_SERVER | HAS_KEY)
    .bytes(encodePrincipal(client))
    .bytes(encodePrincipal(server))
    .u16(key.etype)
  key.value.use(octets => writer.u32(octets.length).bytes(octets))
  return writer.u32(authtime).u32(starttime).u32(endtime).u32(renewTill).u8(0).u32(0).finish()
}

export function readName(results: Reader): string {
  const octets = rest(results)
  const end = octets.indexOf(0)
  if (end < 0) throw malformed({ field: 'name', offset: 0 })
  return decodeText(octets.subarray(0, end))
}

export function readUuids(results: Reader): readonly Bytes[] {
  if (results.left % UUID_BYTES !== 0) throw malformed({ field: 'UUIDs', offset: results.offset })
  const uuids: Bytes[] = []
  while (results.left > 0) uuids.push(results.bytes(UUID_BYTES, 'UUID').slice())
  return uuids
}

/** undefined for an empty answer, which is Heimdal's "no such cache". */
export function readPrincipal(results: Reader): Principal | undefined {
  return results.left === 0 ? undefined : wellFormed(() => decodePrincipal(rest(results)))
}

export function readCredential(results: Reader): Credential {
  return wellFormed(() => decodeCredential(rest(results), 4, { takeOver: true }))
}

export function readCredentials(results: Reader): readonly Credential[] {
  const count = results.u32('number of credentials')
  if (count > results.left / 4) throw malformed({ field: 'number of credentials', offset: 0 })
  return Array.from({ length: count }, () => {
    const octets = results.bytes(results.u32('credential length'), 'credential')
    return wellFormed(() => decodeCredential(octets, 4, { takeOver: true }))
  })
}

export function readSeconds(results: Reader): number {
  return results.i32('offset')
}

function rest(results: Reader): Bytes {
  return results.bytes(results.left, 'rest')
}

function wellFormed<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof KrbError ? new KrbError('KRB5_KCM_MALFORMED_REPLY', error.params, { hints: error.hints, cause: error }) : error
  }
}

function malformed({ field, offset }: { readonly field: string; readonly offset: number }): KrbError {
  return new KrbError('KRB5_KCM_MALFORMED_REPLY', { field, offset })
}

function throwIf(status: number): void {
  if (status === 0) return
  const code = codeOfNumber(status)
  if (code !== undefined) throw new KrbError(code)
  throw new KrbError('KRB5_CC_IO', { status }, { hints: [`the KCM daemon answered with error ${status}, which is in no table`] })
}

const MOST_REPLY = 10 << 20
const UUID_BYTES = 16

const HAS_CLIENT = 1
const HAS_SERVER = 2
const HAS_KEY = 4
const MATCH_KEYTYPE = 1 << 30
const MATCH_TIMES_EXACT = 1 << 26
