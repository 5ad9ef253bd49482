import type { Bytes } from '../../core/bytes/bytes.ts'
import { Reader } from '../../core/bytes/reader.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { Writer } from '../../core/bytes/writer.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { AttemptCounters } from './attempts.ts'
import type { KeyData, PolicyEntry, PrincipalEntry, TlData } from './entry.ts'

/**
 * Our own stored form of an entry (docs/formats/database.md). Numbers are big-endian; lists and strings of more than
 * 65,535 items or octets are `KRB5_KDB_STRINGS_TOOLONG`. The counters that change at every log-in stand at a fixed
 * place in front, so that a reader sees by one comparison whether anything else changed.
 */
export function encodePrincipalEntry(entry: PrincipalEntry): Bytes {
  const out = new Writer()
  out.u8(VERSION)
  for (const value of [entry.lastSuccess, entry.lastFailed, entry.failAuthCount]) out.u32(value)
  for (const value of [entry.attributes, entry.maxLife, entry.maxRenewableLife, entry.expiration, entry.pwExpiration]) out.u32(value)
  out.u32(entry.principal.type)
  writeShort(out, encodeText(entry.principal.realm))
  writeCount(out, entry.principal.components.length)
  for (const component of entry.principal.components) writeShort(out, encodeText(component))
  writeTlData(out, entry.tlData)
  writeCount(out, entry.keyData.length)
  for (const key of entry.keyData) writeKey(out, key)
  return out.finish()
}

/** Throws `KRB5_KDB_TRUNCATED_RECORD` or `KRB5_KDB_BAD_VERSION`; the result shares no memory with `octets`. */
export function decodePrincipalEntry(octets: Bytes): PrincipalEntry {
  const input = readerOf(octets)
  const counters = readCounters(input)
  const attributes = input.u32('attributes')
  const maxLife = input.u32('max life')
  const maxRenewableLife = input.u32('max renewable life')
  const expiration = input.u32('expiration')
  const pwExpiration = input.u32('password expiration')
  const type = input.i32('name type')
  const realm = decodeText(readShort(input, 'realm'))
  const components = readList(input, 2, 'components', () => decodeText(readShort(input, 'component')))
  const principal: Principal = { type, realm, components }
  const tlData = readTlData(input)
  const keyData = readList(input, 17, 'keys', () => readKey(input))
  atEnd(input)
  return {
    principal,
    attributes,
    maxLife,
    maxRenewableLife,
    expiration,
    pwExpiration,
    ...counters,
    tlData,
    keyData,
  }
}

/** The same record with other counters; `octets` is a record of `encodePrincipalEntry`. */
export function withCounters(octets: Bytes, counters: AttemptCounters): Bytes {
  const out = Buffer.from(octets)
  out.writeUInt32BE(counters.lastSuccess, 1)
  out.writeUInt32BE(counters.lastFailed, 5)
  out.writeUInt32BE(counters.failAuthCount, 9)
  return out
}

export function countersOf(octets: Bytes): AttemptCounters {
  return readCounters(readerOf(octets))
}

/** Where the counters end and the part begins that only administration changes. */
export const COUNTERS_END = 13

export function encodePolicyEntry(policy: PolicyEntry): Bytes {
  const out = new Writer()
  out.u8(VERSION)
  writeShort(out, encodeText(policy.name))
  for (const field of POLICY_FIELDS) out.u32(policy[field])
  out.u8(policy.allowedKeySalts === undefined ? 0 : 1)
  writeShort(out, encodeText(policy.allowedKeySalts ?? ''))
  writeTlData(out, policy.tlData)
  return out.finish()
}

/** Throws as `decodePrincipalEntry`. */
export function decodePolicyEntry(octets: Bytes): PolicyEntry {
  const input = readerOf(octets)
  const name = decodeText(readShort(input, 'name'))
  const numbers = Object.fromEntries(POLICY_FIELDS.map(field => [field, input.u32(field)])) as Record<
    (typeof POLICY_FIELDS)[number],
    number
  >
  const present = input.u8('allowed key salts')
  if (present > 1) throw truncated()
  const text = decodeText(readShort(input, 'allowed key salts'))
  const tlData = readTlData(input)
  atEnd(input)
  return { name, ...numbers, allowedKeySalts: present === 1 ? text : undefined, tlData }
}

function writeTlData(out: Writer, items: readonly TlData[]): void {
  writeCount(out, items.length)
  for (const { type, contents } of items) {
    out.u16(type).u32(contents.length).bytes(contents)
  }
}

function readTlData(input: Reader): TlData[] {
  return readList(input, 6, 'tl-data', () => {
    const type = input.u16('tl-data type')
    return { type, contents: input.bytes(input.u32('tl-data length'), 'tl-data').slice() }
  })
}

function readCounters(input: Reader): AttemptCounters {
  return { lastSuccess: input.u32('last success'), lastFailed: input.u32('last failure'), failAuthCount: input.u32('failures') }
}

function writeKey(out: Writer, key: KeyData): void {
  out.u8(key.version).u32(key.kvno).u32(key.etype).u32(key.saltType)
  writeShort(out, key.salt)
  writeShort(out, key.sealed)
}

function readKey(input: Reader): KeyData {
  const version = input.u8('key version')
  if (version !== 1 && version !== 2) throw truncated()
  const kvno = input.u32('kvno')
  const etype = input.i32('enctype')
  const saltType = input.i32('salt type')
  const salt = readShort(input, 'salt')
  return { version, kvno, etype, sealed: readShort(input, 'key'), saltType, salt }
}

/** Octets behind their 16-bit length. */
function writeShort(out: Writer, octets: Bytes): void {
  writeCount(out, octets.length)
  out.bytes(octets)
}

function writeCount(out: Writer, count: number): void {
  if (count > 0xffff) throw new KrbError('KRB5_KDB_STRINGS_TOOLONG')
  out.u16(count)
}

function readShort(input: Reader, field: string): Bytes {
  return input.bytes(input.u16(field), field).slice()
}

/** `count` items of at least `smallest` octets each: a count that cannot fit is refused before anything is read. */
function readList<T>(input: Reader, smallest: number, field: string, item: () => T): T[] {
  const count = input.u16(field)
  if (count * smallest > input.left) throw truncated()
  return Array.from({ length: count }, item)
}

function readerOf(octets: Bytes): Reader {
  // A plain view, because a Buffer's slices share its memory, and LMDB's buffers are short-lived.
  const input = new Reader(new Uint8Array(octets.buffer, octets.byteOffset, octets.length), truncated)
  if (input.u8('version') !== VERSION) throw new KrbError('KRB5_KDB_BAD_VERSION')
  return input
}

function atEnd(input: Reader): void {
  if (input.left !== 0) throw truncated()
}

function truncated(): KrbError {
  return new KrbError('KRB5_KDB_TRUNCATED_RECORD')
}

const VERSION = 1

const POLICY_FIELDS = [
  'minLife',
  'maxLife',
  'minLength',
  'minClasses',
  'history',
  'maxFailures',
  'failureInterval',
  'lockoutDuration',
  'attributes',
  'maxTicketLife',
  'maxRenewableLife',
] as const
