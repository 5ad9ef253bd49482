import type { Bytes } from '../bytes/bytes.ts'
import { type ErrorCode, KrbError } from '../errors/krb-error.ts'
import { applicationTag, contextTag, DerReader, DerWriter, malformed, Tag } from './der.ts'

/**
 * A type of the ASN.1 modules: how its values are written and read. `T` is the plain JavaScript value; OCTET STRINGs in it are
 * views on the decoded input. `decode` takes exactly one value, in DER, and throws `KrbError` ASN1_* for anything else.
 */
export interface Schema<T> {
  encode(value: T): Bytes
  decode(octets: Bytes): T
  /** The identifier octet of every encoding. */
  readonly tag: number
  write(writer: DerWriter, value: T): void
  read(reader: DerReader): T
}

export type Infer<S> = S extends { decode(octets: Bytes): infer T } ? T : never

/** A value together with the octets that it came in or goes out with: for all that is signed, or passed on as received. */
export interface Preserved<T> {
  readonly value: T
  readonly octets: Bytes
}

/** Encodes a value of our own making, once. */
export function preserve<T>(schema: Schema<T>, value: T): Preserved<T> {
  return { value, octets: schema.encode(value) }
}

/** Decodes octets that were kept (a ticket in a cache). */
export function reopen<T>(schema: Schema<T>, octets: Bytes): Preserved<T> {
  return { value: schema.decode(octets), octets }
}

/** SEQUENCE of tagged fields, in the order of their tags. See `readSequence` for what is tolerated. */
export function sequence<F extends Fields>(fields: F): Schema<SequenceValue<F>> {
  const slots = Object.entries(fields).map(slotOf)
  if (slots.some((slot, i) => i > 0 && slot.tag <= slots[i - 1]!.tag)) throw new Error('fields of a SEQUENCE must ascend')
  return schema(
    Tag.SEQUENCE,
    (writer, value) => writeSequence(writer, value as Values, slots),
    reader => readSequence(reader, slots) as SequenceValue<F>,
  )
}

/** `[number] Type` */
export function field<T>(number: number, type: Schema<T>): RequiredField<T> {
  return { kind: 'required', tag: contextTag(number), type }
}

/** `[number] Type OPTIONAL` */
export function opt<T>(number: number, type: Schema<T>): OptionalField<T> {
  return { kind: 'optional', tag: contextTag(number), type }
}

/** `[number] Type` with one allowed value, which is no part of the JavaScript value; another value is `mismatch`. */
export function fixed<T>(number: number, type: Schema<T>, constant: T, mismatch: ErrorCode): FixedField<T> {
  return { kind: 'fixed', tag: contextTag(number), type, constant, mismatch }
}

/** SEQUENCE OF. An empty one is taken where the RFC says SIZE (1..MAX), as MIT does. */
export function seqOf<T>(type: Schema<T>): Schema<readonly T[]> {
  return schema(
    Tag.SEQUENCE,
    (writer, values) => {
      const since = writer.size
      for (let i = values.length - 1; i >= 0; i--) type.write(writer, values[i]!)
      writer.header(Tag.SEQUENCE, since)
    },
    reader => {
      const outer = reader.open(Tag.SEQUENCE)
      const values: T[] = []
      while (reader.at < reader.end) {
        if (values.length === MAX_ELEMENTS) throw malformed('ASN1_OVERFLOW', reader.at)
        values.push(type.read(reader))
      }
      reader.close(outer)
      return values
    },
  )
}

/** `[APPLICATION number] Type` */
export function application<T>(number: number, type: Schema<T>): Schema<T> {
  const tag = applicationTag(number)
  return schema(
    tag,
    (writer, value) => {
      const since = writer.size
      type.write(writer, value)
      writer.header(tag, since)
    },
    reader => {
      const outer = reader.open(tag)
      const value = type.read(reader)
      reader.close(outer)
      return value
    },
  )
}

/** The type with its octets kept. */
export function preserved<T>(type: Schema<T>): Schema<Preserved<T>> {
  return schema(
    type.tag,
    (writer, value) => writer.raw(value.octets),
    reader => {
      const from = reader.at
      const value = type.read(reader)
      return { value, octets: reader.slice(from, reader.at) }
    },
  )
}

/** The type that the identifier octet announces; all of them have the same JavaScript value. */
export function decoderOf<T>(...types: readonly Schema<T>[]): Pick<Schema<T>, 'decode'> {
  return {
    decode(octets) {
      const type = types.find(candidate => candidate.tag === octets[0])
      if (type === undefined) throw malformed(octets.length === 0 ? 'ASN1_OVERRUN' : 'ASN1_BAD_ID', 0)
      return type.decode(octets)
    },
  }
}

/** A type by its two halves; `write` puts a whole value before what the writer holds, `read` takes one from the reader. */
export function schema<T>(tag: number, write: (writer: DerWriter, value: T) => void, read: (reader: DerReader) => T): Schema<T> {
  return {
    tag,
    write,
    read,
    encode(value) {
      const writer = new DerWriter()
      write(writer, value)
      return writer.finish()
    },
    decode(octets) {
      const reader = new DerReader(octets)
      const value = read(reader)
      reader.finish()
      return value
    },
  }
}

interface RequiredField<T> {
  readonly kind: 'required'
  readonly tag: number
  readonly type: Schema<T>
}

interface OptionalField<T> {
  readonly kind: 'optional'
  readonly tag: number
  readonly type: Schema<T>
}

interface FixedField<T> {
  readonly kind: 'fixed'
  readonly tag: number
  readonly type: Schema<T>
  readonly constant: T
  readonly mismatch: ErrorCode
}

// biome-ignore lint/suspicious/noExplicitAny: a field of any type; `SequenceValue` recovers it.
type Field = RequiredField<any> | OptionalField<any> | FixedField<any>

type Fields = Readonly<Record<string, Field>>

type SequenceValue<F extends Fields> = Flat<
  { readonly [K in keyof F as F[K]['kind'] extends 'required' ? K : never]: Infer<F[K]['type']> } & {
    readonly [K in keyof F as F[K]['kind'] extends 'optional' ? K : never]?: Infer<F[K]['type']> | undefined
  }
>

type Flat<T> = { [K in keyof T]: T[K] }

/** A field as the loops want it: all of one shape. */
interface Slot {
  readonly name: string
  readonly tag: number
  readonly type: Schema<unknown>
  readonly kind: Field['kind']
  readonly constant: unknown
  readonly mismatch: ErrorCode | undefined
}

type Values = Record<string, unknown>

function slotOf([name, field]: readonly [string, Field]): Slot {
  const { tag, type, kind } = field
  const fixed = kind === 'fixed' ? field : undefined
  return { name, tag, type, kind, constant: fixed?.constant, mismatch: fixed?.mismatch }
}

function writeSequence(writer: DerWriter, value: Values, slots: readonly Slot[]): void {
  const start = writer.size
  for (let i = slots.length - 1; i >= 0; i--) {
    const slot = slots[i]!
    const content = slot.kind === 'fixed' ? slot.constant : value[slot.name]
    if (content === undefined) {
      if (slot.kind === 'optional') continue
      throw new KrbError('ASN1_MISSING_FIELD', { field: slot.name })
    }
    const since = writer.size
    slot.type.write(writer, content)
    writer.header(slot.tag, since)
  }
  writer.header(Tag.SEQUENCE, start)
}

/**
 * Fields in order, each at most once. Context tags above the last known one are extensions of a newer peer and are passed over, in
 * every SEQUENCE, as MIT does (RFC 4120 §5.2 marks only some of them extensible); a known or smaller tag out of its place is an error.
 */
function readSequence(reader: DerReader, slots: readonly Slot[]): Values {
  const outer = reader.open(Tag.SEQUENCE)
  const value: Values = {}
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    if (reader.at === reader.end || reader.octets[reader.at] !== slot.tag) {
      if (slot.kind === 'optional') continue
      throw missing(reader, slot)
    }
    const end = reader.open(slot.tag)
    const content = slot.type.read(reader)
    reader.close(end)
    if (slot.kind !== 'fixed') value[slot.name] = content
    else if (content !== slot.constant) throw new KrbError(slot.mismatch!)
  }
  while (reader.at < reader.end) skipExtension(reader, slots[slots.length - 1]!.tag)
  reader.close(outer)
  return value
}

function skipExtension(reader: DerReader, lastTag: number): void {
  const tag = reader.peek()
  // 0xbf would begin a tag of several octets.
  if (tag <= lastTag || tag >= 0xbf) throw malformed('ASN1_MISPLACED_FIELD', reader.at)
  reader.skip()
}

function missing(reader: DerReader, slot: Slot): KrbError {
  const code = reader.at === reader.end || reader.peek() > slot.tag ? 'ASN1_MISSING_FIELD' : 'ASN1_MISPLACED_FIELD'
  return new KrbError(code, { field: slot.name, offset: reader.at })
}

/** No honest message comes near it; a hostile one must not become a hundred thousand objects. */
const MAX_ELEMENTS = 16384
