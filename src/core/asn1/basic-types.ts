import type { Bytes } from '../bytes/bytes.ts'
import { decodeText, encodeText } from '../bytes/text.ts'
import { KrbError } from '../errors/krb-error.ts'
import { Secret } from '../secret/secret.ts'
import { type DerReader, type DerWriter, malformed, Tag } from './der.ts'
import { type Schema, schema } from './schema.ts'

/** Int32 ::= INTEGER (-2147483648..2147483647), RFC 4120 §5.2.4. */
export const int32: Schema<number> = schema(
  Tag.INTEGER,
  (writer, value) => {
    if ((value | 0) !== value) throw new KrbError('ASN1_OVERFLOW', { value })
    writer.integer(value)
  },
  reader => {
    const at = reader.at
    const value = reader.integer()
    if ((value | 0) !== value) throw malformed('ASN1_OVERFLOW', at)
    return value
  },
)

/**
 * UInt32 ::= INTEGER (0..4294967295), RFC 4120 §5.2.4. Negative numbers are read as the unsigned number of the same 32 bits:
 * old releases of MIT and Heimdal write sequence numbers so.
 */
export const uint32: Schema<number> = schema(Tag.INTEGER, (writer, value) => writer.integer(requireUint32(value)), readUint32)

/**
 * UInt32 that is written as the signed number of the same 32 bits, against RFC 4120: nonces and key version numbers, where Windows
 * (read-only domain controllers have kvnos above 2^31) and MIT do so and take nothing else. Read with either sign.
 */
export const signedUint32: Schema<number> = schema(Tag.INTEGER, (writer, value) => writer.integer(requireUint32(value) | 0), readUint32)

/** Microseconds ::= INTEGER (0..999999), RFC 4120 §5.2.4. */
export const microseconds: Schema<number> = schema(
  Tag.INTEGER,
  (writer, value) => {
    if (!isMicroseconds(value)) throw new KrbError('ASN1_OVERFLOW', { value })
    writer.integer(value)
  },
  reader => {
    const at = reader.at
    const value = reader.integer()
    if (!isMicroseconds(value)) throw malformed('ASN1_OVERFLOW', at)
    return value
  },
)

/** BOOLEAN, 00 or FF (X.690 §11.1). */
export const boolean: Schema<boolean> = schema(
  Tag.BOOLEAN,
  (writer, value) => {
    writer.octet(value ? 0xff : 0x00)
    writer.header(Tag.BOOLEAN, writer.size - 1)
  },
  reader => {
    const outer = reader.open(Tag.BOOLEAN)
    const octet = reader.octets[reader.at]
    if (reader.end - reader.at !== 1) throw malformed('ASN1_BAD_LENGTH', reader.at)
    if (octet !== 0x00 && octet !== 0xff) throw malformed('ASN1_BAD_FORMAT', reader.at)
    reader.at++
    reader.close(outer)
    return octet === 0xff
  },
)

/** OCTET STRING; read as a view on the input. */
export const octetString: Schema<Bytes> = octets(Tag.OCTET_STRING)

/** OCTET STRING that holds a key: read as a copy which its owner wipes. */
export const secretOctets: Schema<Secret> = schema(
  Tag.OCTET_STRING,
  (writer, value) => {
    const since = writer.size
    value.use(key => writer.raw(key))
    writer.header(Tag.OCTET_STRING, since)
  },
  reader => Secret.copyOf(reader.view(Tag.OCTET_STRING)),
)

/** KerberosString ::= GeneralString, RFC 4120 §5.2.1; octets as text by `core/bytes/text.ts`. */
export const kerberosString: Schema<string> = schema(
  Tag.GENERAL_STRING,
  (writer, value) => {
    const since = writer.size
    if (!writer.ascii(value)) writer.raw(encodeText(value))
    writer.header(Tag.GENERAL_STRING, since)
  },
  reader => {
    const outer = reader.open(Tag.GENERAL_STRING)
    const { at, end } = reader
    const text = reader.ascii(at, end) ?? decodeText(reader.slice(at, end))
    reader.at = end
    reader.close(outer)
    return text
  },
)

/** KerberosString whose octets are wanted as they are (salts). */
export const kerberosOctets: Schema<Bytes> = octets(Tag.GENERAL_STRING)

/** KerberosTime ::= GeneralizedTime `YYYYMMDDHHMMSSZ`, RFC 4120 §5.2.3, as seconds since 1970 (negative before). */
export const kerberosTime: Schema<number> = schema(Tag.GENERALIZED_TIME, writeTime, readTime)

/**
 * KerberosFlags ::= BIT STRING (SIZE (32..MAX)), RFC 4120 §5.2.8, as uint32 with bit 0 = 0x80000000. Longer ones are cut, and
 * shorter ones, from old Heimdal releases that drop trailing zeros, are filled up. Written with 32 bits.
 */
export const kerberosFlags: Schema<number> = schema(Tag.BIT_STRING, writeFlags, readFlags)

function octets(tag: number): Schema<Bytes> {
  return schema(
    tag,
    (writer, value) => {
      const since = writer.size
      writer.raw(value)
      writer.header(tag, since)
    },
    reader => reader.view(tag),
  )
}

function requireUint32(value: number): number {
  if (value >>> 0 !== value) throw new KrbError('ASN1_OVERFLOW', { value })
  return value
}

function readUint32(reader: DerReader): number {
  const at = reader.at
  const value = reader.integer()
  if (value < -0x80000000 || value > 0xffffffff) throw malformed('ASN1_OVERFLOW', at)
  return value >>> 0
}

function isMicroseconds(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 999_999
}

function writeFlags(writer: DerWriter, value: number): void {
  const since = writer.size
  writer.octet(value & 0xff)
  writer.octet((value >>> 8) & 0xff)
  writer.octet((value >>> 16) & 0xff)
  writer.octet(value >>> 24)
  writer.octet(0)
  writer.header(Tag.BIT_STRING, since)
}

function readFlags(reader: DerReader): number {
  const outer = reader.open(Tag.BIT_STRING)
  const { octets, at, end } = reader
  const length = end - at - 1
  if (length < 0) throw malformed('ASN1_BAD_LENGTH', at)
  const unused = octets[at]!
  const last = length === 0 ? 0 : octets[end - 1]!
  if (unused > 7 || (length === 0 && unused !== 0) || (last & ((1 << unused) - 1)) !== 0) throw malformed('ASN1_BAD_FORMAT', at)
  let flags = 0
  for (let i = 0; i < 4; i++) flags = (flags << 8) | (i < length ? octets[at + 1 + i]! : 0)
  reader.at = end
  reader.close(outer)
  return flags >>> 0
}

function writeTime(writer: DerWriter, seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < FIRST_SECOND || seconds > LAST_SECOND) throw new KrbError('ASN1_BAD_GMTIME', { seconds })
  const since = writer.size
  const days = Math.floor(seconds / DAY)
  const time = seconds - days * DAY
  const { year, month, day } = civilDate(days)
  writer.octet(0x5a)
  twoDigits(writer, time % 60)
  twoDigits(writer, Math.floor(time / 60) % 60)
  twoDigits(writer, Math.floor(time / 3600))
  twoDigits(writer, day)
  twoDigits(writer, month)
  twoDigits(writer, year % 100)
  twoDigits(writer, Math.floor(year / 100))
  writer.header(Tag.GENERALIZED_TIME, since)
}

function twoDigits(writer: DerWriter, value: number): void {
  writer.octet(0x30 + (value % 10))
  writer.octet(0x30 + Math.floor(value / 10))
}

function readTime(reader: DerReader): number {
  const outer = reader.open(Tag.GENERALIZED_TIME)
  const { octets, at, end } = reader
  if (end - at !== 15) throw malformed('ASN1_BAD_LENGTH', at)
  if (octets[at + 14] !== 0x5a) throw malformed('ASN1_BAD_FORMAT', at)
  const year = digits(octets, at) * 100 + digits(octets, at + 2)
  const month = digits(octets, at + 4)
  const day = digits(octets, at + 6)
  const hour = digits(octets, at + 8)
  const minute = digits(octets, at + 10)
  const second = digits(octets, at + 12)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) {
    throw malformed('ASN1_BAD_TIMEFORMAT', at)
  }
  reader.at = end
  reader.close(outer)
  return dayNumber(year, month, day) * DAY + hour * 3600 + minute * 60 + second
}

function digits(octets: Bytes, at: number): number {
  const tens = octets[at]! - 0x30
  const ones = octets[at + 1]! - 0x30
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) throw malformed('ASN1_BAD_TIMEFORMAT', at)
  return tens * 10 + ones
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Days since 1970-01-01 of a date in the Gregorian calendar; years begin in March, so that the leap day is the last. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const m = month > 2 ? month - 3 : month + 9
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day - 1 - EPOCH_DAY
}

function civilDate(days: number): { year: number; month: number; day: number } {
  const z = days + EPOCH_DAY
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const m = Math.floor((5 * dayOfYear + 2) / 153)
  const month = m < 10 ? m + 3 : m - 9
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1 }
}

const DAY = 86_400

/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAY = 719_468

/** 0000-01-01 00:00:00 and 9999-12-31 23:59:59. */
const FIRST_SECOND = -62_167_219_200
const LAST_SECOND = 253_402_300_799
