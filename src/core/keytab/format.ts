import type { Bytes } from '../bytes/bytes.ts'
import { type ByteOrder, Reader } from '../bytes/reader.ts'
import { decodeText, encodeText } from '../bytes/text.ts'
import { Writer } from '../bytes/writer.ts'
import { KrbError } from '../errors/krb-error.ts'
import { Secret } from '../secret/secret.ts'
import type { KeytabEntry } from './keytab.ts'

/** Version 1 has the writing host's byte order (taken as little-endian), version 2 is big-endian. */
export type KeytabVersion = 1 | 2

/** A record: where its length stands, and how many octets follow that. */
interface Slot {
  readonly at: number
  readonly size: number
}

interface PlacedEntry extends Slot {
  readonly entry: KeytabEntry
}

export interface KeytabContent {
  readonly version: KeytabVersion
  readonly entries: readonly PlacedEntry[]
  readonly holes: readonly Slot[]
  /** Where the list of records stops: at a length of 0, at the end of the file, or at something that MIT's library takes for the end. */
  readonly end: number
  /** How it stopped: `end` as it should, `torn` inside a record, `odd` at a record that says nothing sensible. */
  readonly stop: 'end' | 'torn' | 'odd'
  /** For `torn` and `odd`: the first octet that is wrong or missing. */
  readonly fault?: { readonly offset: number; readonly field: string }
}

/**
 * Throws `KRB5_KEYTAB_BADVNO` for another version (and for an empty file), `KRB5_KT_FORMAT` for lengths that lead nowhere. Records that
 * cannot be read end the list without an error, as in MIT's library; `stop` and `fault` tell.
 */
export function decodeKeytab(octets: Bytes): KeytabContent {
  const version = decodeVersion(octets)
  const reader = new Reader(octets, place => new Unreadable('torn', place.offset, place.field), orderOf(version))
  reader.skip(2, 'version')
  const entries: PlacedEntry[] = []
  const holes: Slot[] = []
  for (;;) {
    const at = reader.offset
    const result = { version, entries, holes, end: at }
    try {
      if (reader.left === 0) return { ...result, stop: 'end' }
      const size = reader.i32('record length')
      if (size === 0) return { ...result, stop: 'end' }
      if (size === MIN_INT32) throw formatError(at, 'record length')
      if (size < 0) {
        if (-size > reader.left) throw new Unreadable('torn', octets.length, 'hole')
        reader.skip(-size, 'hole')
        holes.push({ at, size: -size })
        continue
      }
      const entry = readEntry(reader.bytes(size, 'record'), at + 4, version)
      entries.push({ at, size, entry })
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return { ...result, stop: error.stop, fault: { offset: error.offset, field: error.field } }
    }
  }
}

/** The two octets that a keytab file starts with. */
export function encodeVersion(version: KeytabVersion): Bytes {
  return Uint8Array.of(5, version)
}

/**
 * An entry without the length before it, with the 32-bit kvno after it. Throws `KRB5_KT_FORMAT` for names and keys of 32 KiB and more,
 * `KRB5_KT_IOERR` for empty ones.
 */
export function encodeEntry(entry: KeytabEntry, version: KeytabVersion): Bytes {
  const writer = new Writer(orderOf(version), 256)
  const { principal, key } = entry
  writer.u16(principal.components.length + (version === 1 ? 1 : 0))
  for (const text of [principal.realm, ...principal.components]) writeData(writer, encodeText(text))
  if (version === 2) writer.u32(principal.type)
  writer.u32(entry.timestamp).u8(entry.kvno).u16(key.etype)
  key.value.use(octets => writeData(writer, octets))
  writer.u32(entry.kvno)
  return writer.finish()
}

/** The length that makes a record of `size` octets, or a hole when negative. */
export function encodeLength(size: number, version: KeytabVersion): Bytes {
  return new Writer(orderOf(version), 4).u32(size).finish()
}

/** A whole file of version 2 without holes. */
export function encodeKeytab(entries: readonly KeytabEntry[]): Bytes {
  const writer = new Writer('big').bytes(encodeVersion(2))
  for (const entry of entries) {
    const record = encodeEntry(entry, 2)
    writer.u32(record.length).bytes(record)
    record.fill(0)
  }
  return writer.finish()
}

/** `at` is where the record lies in the file. Components, realm and key must have octets, and less than 32 Ki of them, or MIT stops reading. */
function readEntry(record: Bytes, at: number, version: KeytabVersion): KeytabEntry {
  const reader = new Reader(record, place => new Unreadable('odd', at + place.offset, place.field), orderOf(version))
  const data = (field: string): Bytes => {
    const length = reader.i16(`${field} length`)
    if (length <= 0) throw new Unreadable('odd', at + reader.offset - 2, `${field} length`)
    return reader.bytes(length, field)
  }
  const count = reader.i16('component count') - (version === 1 ? 1 : 0)
  if (count <= 0) throw new Unreadable('odd', at, 'component count')
  const realm = decodeText(data('realm'))
  const components: string[] = []
  for (let i = 0; i < count; i++) components.push(decodeText(data('component')))
  const type = version === 1 ? 0 : reader.i32('name type')
  const timestamp = reader.u32('timestamp')
  const kvno8 = reader.u8('kvno')
  const etype = reader.i16('key enctype')
  const key = { etype, value: Secret.copyOf(data('key')) }
  const kvno32 = reader.left >= 4 ? reader.u32('32-bit kvno') : 0
  return { principal: { type, realm, components }, kvno: kvno32 === 0 ? kvno8 : kvno32, timestamp, key }
}

function decodeVersion(octets: Bytes): KeytabVersion {
  const version = octets[1]
  if (octets[0] === 5 && (version === 1 || version === 2)) return version
  const offset = octets[0] === 5 ? 1 : 0
  const why = octets.length < 2 ? 'the file ends here' : (foreignFormat(octets) ?? 'expected 05 02')
  throw new KrbError('KRB5_KEYTAB_BADVNO', { offset, field: 'version' }, { hints: [`octet ${offset} (version): ${why}`] })
}

function writeData(writer: Writer, octets: Bytes): void {
  if (octets.length > MAX_DATA) throw formatError(writer.length, 'length')
  // Readers take an empty one for the end of the file.
  if (octets.length === 0) throw new KrbError('KRB5_KT_IOERR')
  writer.u16(octets.length).bytes(octets)
}

function orderOf(version: KeytabVersion): ByteOrder {
  return version === 1 ? 'little' : 'big'
}

function formatError(offset: number, field: string): KrbError {
  return new KrbError('KRB5_KT_FORMAT', { offset, field }, { hints: [`octet ${offset} (${field}) is out of range`] })
}

function foreignFormat(octets: Bytes): string | undefined {
  const start = Buffer.from(octets.subarray(0, 64)).toString('latin1')
  if (/^-----BEGIN /.test(start)) return 'this is a PEM file'
  if (/^\s*BQ[EI][A-Za-z0-9+/]/.test(start)) return 'this is a keytab in base64: decode it first (base64 -d)'
  if (octets[0] === 5 && (octets[1] === 3 || octets[1] === 4)) return 'this is a credential cache'
  return undefined
}

/** Ends the reading of records; never leaves this file. */
class Unreadable extends Error {
  readonly stop: 'torn' | 'odd'
  readonly offset: number
  readonly field: string

  constructor(stop: 'torn' | 'odd', offset: number, field: string) {
    super(field)
    this.stop = stop
    this.offset = offset
    this.field = field
  }
}

const MIN_INT32 = -0x8000_0000
const MAX_DATA = 0x7fff
