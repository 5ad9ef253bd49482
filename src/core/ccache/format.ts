import { type Bytes, EMPTY } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { encodeText } from '../bytes/text.ts'
import { Writer } from '../bytes/writer.ts'
import { type ErrorCode, KrbError } from '../errors/krb-error.ts'
import type { Principal } from '../principal/principal.ts'
import { Secret } from '../secret/secret.ts'
import type { Credential, TypedOctets } from './credential.ts'

/** Versions 1 and 2 have the writing host's byte order; here, as on every machine that is still about, little-endian. */
export type CcacheVersion = 1 | 2 | 3 | 4

export interface TimeOffset {
  readonly seconds: number
  readonly micros: number
}

export interface CcacheHead {
  readonly version: CcacheVersion
  /** KDC time minus local time; undefined when the header does not say. */
  readonly offset: TimeOffset | undefined
  readonly principal: Principal
  /** Where the first credential starts. */
  readonly end: number
}

/** A credential and where it lies, for removal in place. */
export interface PlacedCredential {
  readonly credential: Credential
  readonly start: number
  readonly end: number
  readonly authtimeAt: number
  readonly endtimeAt: number
  readonly serverRealmAt: number
}

/**
 * Version, header and default principal of a cache file. Throws `KRB5_CCACHE_BADVNO`, `KRB5_CC_FORMAT`, or `KRB5_CC_END` when the
 * octets end inside the principal; `params` say the offset and the field.
 */
export function decodeHead(octets: Bytes): CcacheHead {
  const version = decodeVersion(octets)
  const reader = new Reader(octets, place => formatError('KRB5_CC_FORMAT', place.offset, place.field, 'the file ends here'), 'big')
  reader.skip(2, 'version')
  const offset = version === 4 ? readHeader(reader) : undefined
  const cursor = openCursor(octets, version, reader.offset)
  const principal = readPrincipal(cursor, 'default principal')
  return { version, offset, principal, end: cursor.reader.offset }
}

/** Throws `KRB5_CC_FORMAT` for less than two octets, `KRB5_CCACHE_BADVNO` for a version that does not exist. */
export function decodeVersion(octets: Bytes): CcacheVersion {
  if (octets.length < 2) throw formatError('KRB5_CC_FORMAT', octets.length, 'version', 'the file ends here')
  const version = octets[1]!
  if (octets[0] !== 5 || version < 1 || version > 4) {
    throw formatError('KRB5_CCACHE_BADVNO', octets[0] === 5 ? 1 : 0, 'version', foreignFormat(octets) ?? 'expected 05 01 to 05 04')
  }
  return version as CcacheVersion
}

export interface DecodeOptions {
  /**
   * The octets are given up by the caller: keys are zeroed where they lie once they are read, all else in the credentials are views.
   * Otherwise the octets stay as they are and nothing refers to them afterwards.
   */
  readonly takeOver?: boolean
}

/**
 * The credentials after `head`, one at a time, those marked as removed included. Octets that end inside a credential end the
 * iteration, as in MIT's library (another process may be appending): the return value tells, true for a torn tail.
 * A length that exceeds the whole file throws `KRB5_CC_FORMAT`.
 */
export function* decodeCredentials(octets: Bytes, head: CcacheHead, options: DecodeOptions = {}): Generator<PlacedCredential, boolean> {
  const cursor = openCursor(octets, head.version, head.end, options.takeOver)
  while (cursor.reader.left > 0) {
    let placed: PlacedCredential
    try {
      placed = readCredential(cursor)
    } catch (error) {
      if (error instanceof KrbError && error.code === 'KRB5_CC_END') return true
      throw error
    }
    yield placed
  }
  return false
}

/** One credential that fills `octets` (as in KCM messages and kernel keys). Throws `KRB5_CC_FORMAT` or `KRB5_CC_END`. */
export function decodeCredential(octets: Bytes, version: CcacheVersion = 4, options: DecodeOptions = {}): Credential {
  const cursor = openCursor(octets, version, 0, options.takeOver)
  const { credential, end } = readCredential(cursor)
  if (end !== octets.length) throw formatError('KRB5_CC_FORMAT', end, 'credential', 'octets follow')
  return credential
}

/** `offset` goes into the header of version 4; undefined leaves the header empty. */
export function encodeHead(version: CcacheVersion, principal: Principal, offset: TimeOffset | undefined): Bytes {
  const prefix = new Writer('big').u8(5).u8(version)
  if (version === 4) {
    if (offset === undefined) prefix.u16(0)
    else prefix.u16(12).u16(TAG_TIME_OFFSET).u16(8).u32(offset.seconds).u32(offset.micros)
  }
  const body = newWriter(version)
  writePrincipal(body, version, principal)
  return prefix.bytes(body.finish()).finish()
}

export function encodeCredential(credential: Credential, version: CcacheVersion): Bytes {
  const writer = newWriter(version)
  writePrincipal(writer, version, credential.client)
  writePrincipal(writer, version, credential.server)
  writer.u16(credential.key.etype)
  if (version === 3) writer.u16(credential.key.etype)
  credential.key.value.use(octets => writeData(writer, octets))
  writer.u32(credential.authtime).u32(credential.starttime).u32(credential.endtime).u32(credential.renewTill)
  writer.u8(credential.isSkey ? 1 : 0).u32(credential.flags)
  writeList(writer, credential.addresses)
  writeList(writer, credential.authdata)
  writeData(writer, credential.ticket)
  writeData(writer, credential.secondTicket)
  return writer.finish()
}

/** The principal at the start of `octets` (as in KCM messages and kernel keys). Throws `KRB5_CC_FORMAT` or `KRB5_CC_END`. */
export function decodePrincipal(octets: Bytes, version: CcacheVersion = 4): Principal {
  return readPrincipal(openCursor(octets, version, 0), 'principal')
}

export function encodePrincipal(principal: Principal, version: CcacheVersion = 4): Bytes {
  const writer = newWriter(version)
  writePrincipal(writer, version, principal)
  return writer.finish()
}

/** Overwritten in place by a remover: authtime tells, since others keep live data in entries whose endtime is 0 (docs/formats/ccache.md). */
export function isRemoved(credential: Credential): boolean {
  return credential.endtime === 0 && credential.authtime !== 0
}

interface Cursor {
  readonly octets: Bytes
  readonly view: DataView
  readonly reader: Reader
  readonly version: CcacheVersion
  readonly takeOver: boolean
  /** The client read last, and where it lay: nearly always the next one's too. */
  client?: { readonly principal: Principal; readonly start: number; readonly end: number }
}

function openCursor(octets: Bytes, version: CcacheVersion, at: number, takeOver = false): Cursor {
  const reader = new Reader(octets, shortRead, version < 3 ? 'little' : 'big')
  reader.skip(at, 'header')
  return { octets, view: new DataView(octets.buffer, octets.byteOffset, octets.byteLength), reader, version, takeOver }
}

/** Fields {tag, length, value}; unknown tags are stepped over. */
function readHeader(reader: Reader): TimeOffset | undefined {
  const length = reader.u16('header length')
  const end = reader.offset + length
  let offset: TimeOffset | undefined
  while (reader.offset < end) {
    const at = reader.offset
    if (end - at < 4) throw formatError('KRB5_CC_FORMAT', at, 'header field', 'the header ends inside this field')
    const tag = reader.u16('header tag')
    const size = reader.u16('header field length')
    if (size > end - reader.offset)
      throw formatError('KRB5_CC_FORMAT', at + 2, 'header field length', 'the field is longer than the header')
    if (tag !== TAG_TIME_OFFSET) {
      reader.skip(size, 'header field')
      continue
    }
    if (size !== 8) throw formatError('KRB5_CC_FORMAT', at + 2, 'time offset', 'its length must be 8')
    offset = { seconds: reader.i32('time offset'), micros: reader.i32('time offset') }
  }
  return offset
}

function readCredential(cursor: Cursor): PlacedCredential {
  const { reader, version, view } = cursor
  const start = reader.offset
  const client = readClient(cursor)
  const serverAt = reader.offset
  const server = readPrincipal(cursor, 'server')
  const etype = reader.i16('key enctype')
  if (version === 3) reader.skip(2, 'key enctype')
  const keyOctets = readData(cursor, 'key')
  const key = { etype, value: Secret.copyOf(keyOctets) }
  if (cursor.takeOver) keyOctets.fill(0)
  const authtimeAt = reader.skip(TIMES_AND_FLAGS, 'times and flags')
  const little = version < 3
  const authtime = view.getUint32(authtimeAt, little)
  const starttime = view.getUint32(authtimeAt + 4, little)
  const endtime = view.getUint32(authtimeAt + 8, little)
  const renewTill = view.getUint32(authtimeAt + 12, little)
  const isSkey = view.getUint8(authtimeAt + 16) !== 0
  const flags = view.getUint32(authtimeAt + 17, little)
  const addresses = readList(cursor, 'addresses', () => reader.u16('address type'))
  const authdata = readList(cursor, 'authorization data', () => reader.i16('authorization data type'))
  const ticket = kept(readData(cursor, 'ticket'), cursor)
  const secondTicket = kept(readData(cursor, 'second ticket'), cursor)
  const times = { authtime, starttime, endtime, renewTill }
  return {
    credential: { client, server, key, ...times, isSkey, flags, addresses, authdata, ticket, secondTicket },
    start,
    end: reader.offset,
    authtimeAt,
    endtimeAt: authtimeAt + 8,
    serverRealmAt: serverAt + (version === 1 ? 8 : 12),
  }
}

function readClient(cursor: Cursor): Principal {
  const { octets, reader, client: last } = cursor
  const start = reader.offset
  if (last !== undefined && repeats(octets, last.start, last.end, start)) {
    reader.skip(last.end - last.start, 'client')
    return last.principal
  }
  const principal = readPrincipal(cursor, 'client')
  cursor.client = { principal, start, end: reader.offset }
  return principal
}

function repeats(octets: Bytes, from: number, to: number, at: number): boolean {
  if (at + to - from > octets.length) return false
  for (let i = from; i < to; i++) if (octets[i] !== octets[at + i - from]) return false
  return true
}

function kept(octets: Bytes, { takeOver }: Cursor): Bytes {
  if (octets.length === 0) return EMPTY
  return takeOver ? octets : octets.slice()
}

/** Version 1 has no name type and counts the realm among the components. */
function readPrincipal(cursor: Cursor, who: string): Principal {
  const { reader, version } = cursor
  const type = version === 1 ? 0 : reader.i32(who)
  const countAt = reader.offset
  const counted = reader.u32(who)
  if (version === 1 && counted === 0) throw formatError('KRB5_CC_FORMAT', countAt, who, 'the components must count the realm')
  const count = version === 1 ? counted - 1 : counted
  const realm = reader.text(readLength(reader, who), who)
  const components: string[] = []
  for (let i = 0; i < count; i++) components.push(reader.text(readLength(reader, who), who))
  return { type, realm, components }
}

function readList(cursor: Cursor, field: string, readType: () => number): TypedOctets[] {
  const count = cursor.reader.u32(field)
  const list: TypedOctets[] = []
  for (let i = 0; i < count; i++) list.push({ type: readType(), data: kept(readData(cursor, field), cursor) })
  return list
}

/** A view. */
function readData({ reader }: Cursor, field: string): Bytes {
  return reader.bytes(readLength(reader, field), field)
}

/** A length that fits the file but not the rest of it is a torn tail, one that exceeds the file is nonsense: MIT's rule. */
function readLength(reader: Reader, field: string): number {
  const at = reader.offset
  const length = reader.u32(field)
  if (length > reader.length) throw formatError('KRB5_CC_FORMAT', at, field, `a length of ${length} is more than the file has`)
  return length
}

function writePrincipal(writer: Writer, version: CcacheVersion, principal: Principal): void {
  if (version > 1) writer.u32(principal.type)
  writer.u32(principal.components.length + (version === 1 ? 1 : 0))
  writeData(writer, encodeText(principal.realm))
  for (const component of principal.components) writeData(writer, encodeText(component))
}

function writeList(writer: Writer, list: readonly TypedOctets[]): void {
  writer.u32(list.length)
  for (const { type, data } of list) writeData(writer.u16(type), data)
}

function writeData(writer: Writer, octets: Bytes): void {
  writer.u32(octets.length).bytes(octets)
}

function newWriter(version: CcacheVersion): Writer {
  return new Writer(version < 3 ? 'little' : 'big', 2048)
}

function shortRead(place: { readonly field: string; readonly offset: number }): KrbError {
  return formatError('KRB5_CC_END', place.offset, place.field, 'the file ends here')
}

function formatError(code: ErrorCode, offset: number, field: string, why: string): KrbError {
  return new KrbError(code, { offset, field }, { hints: [`octet ${offset} (${field}): ${why}`] })
}

/** What people mistake for a credential cache. */
function foreignFormat(octets: Bytes): string | undefined {
  const start = Buffer.from(octets.subarray(0, 64)).toString('latin1')
  if (/^-----BEGIN /.test(start)) return 'this is a PEM file'
  if (/^\s*BQ[EIMQ][A-Za-z0-9+/]/.test(start)) return 'this is a credential cache or keytab in base64: decode it first (base64 -d)'
  if (octets[0] === 0x76) return 'this is a KRB-CRED message (kirbi), not a credential cache'
  if (/^\s*[[{]/.test(start)) return 'this is JSON'
  return undefined
}

const TAG_TIME_OFFSET = 1
/** Four times of 4 octets, is_skey, 4 octets of flags. */
const TIMES_AND_FLAGS = 21
