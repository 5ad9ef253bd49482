import type { Bytes } from '../../../core/bytes/bytes.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../../../core/principal/principal.ts'
import type { Secret } from '../../../core/secret/secret.ts'
import { malformed, type XdrReader, type XdrWriter } from '../xdr.ts'

/** A type of kadm5: how its values are written and read. Reading throws `KADM5_XDR_FAILURE`; a value shares no octets with its message, which may be wiped. */
export interface Codec<T> {
  /** Octets that the smallest value takes. */
  readonly least: number
  read(reader: XdrReader, field: string, context: WireContext): T
  write(writer: XdrWriter, value: T, context: WireContext): void
}

/** What one message's encoding hangs on. */
interface WireContext {
  /** api_version at the beginning of the message. */
  readonly version: number
  /** Realm of names without one; such a name is malformed without it. */
  readonly defaultRealm?: string
}

export type ValueOf<F> = { readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : never }

// biome-ignore lint/suspicious/noExplicitAny: codecs of whatever values.
export type Fields = Readonly<Record<string, Codec<any>>>

/** The fields in their order, nothing between. */
export function struct<F extends Fields>(fields: F): Codec<ValueOf<F>> {
  const rows = Object.entries(fields)
  return {
    least: rows.reduce((sum, [, codec]) => sum + codec.least, 0),
    read: (reader, _, context) => Object.fromEntries(rows.map(([name, codec]) => [name, codec.read(reader, name, context)])) as ValueOf<F>,
    write: (writer, value, context) => {
      for (const [name, codec] of rows) codec.write(writer, (value as Record<string, unknown>)[name], context)
    },
  }
}

export function array<T>(element: Codec<T>): Codec<readonly T[]> {
  return {
    least: 4,
    read: (reader, field, context) => reader.array(field, element.least, () => element.read(reader, field, context)),
    write: (writer, values, context) => writer.array(values, value => element.write(writer, value, context)),
  }
}

/** An array with its count in front once more. Both have to agree. */
export function countedArray<T>(element: Codec<T>): Codec<readonly T[]> {
  const inner = array(element)
  return {
    least: 8,
    read: (reader, field, context) => {
      const count = reader.u32(field)
      const values = inner.read(reader, field, context)
      if (values.length !== count) throw malformed(field)
      return values
    },
    write: (writer, values, context) => inner.write(writer.u32(values.length), values, context),
  }
}

/** A pointer that may be null: a bool that says so, then the value. */
export function nullable<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    least: 4,
    read: (reader, field, context) => reader.nullable(field, () => codec.read(reader, field, context)),
    write: (writer, value, context) => writer.nullable(value, some => codec.write(writer, some, context)),
  }
}

/** There for callers of that version and later ones; `absent` for the others. */
export function since<T>(version: number, codec: Codec<T>, absent: T): Codec<T> {
  return {
    least: 0,
    read: (reader, field, context) => (context.version >= version ? codec.read(reader, field, context) : absent),
    write: (writer, value, context) => {
      if (context.version >= version) codec.write(writer, value, context)
    },
  }
}

export const u32: Codec<number> = {
  least: 4,
  read: (reader, field) => reader.u32(field),
  write: (writer, value) => writer.u32(value),
}

export const i32: Codec<number> = {
  least: 4,
  read: (reader, field) => reader.i32(field),
  write: (writer, value) => writer.u32(value),
}

/** A 16-bit number in four octets; receivers drop the upper two. */
export const i16: Codec<number> = {
  least: 4,
  read: (reader, field) => (reader.i32(field) << 16) >> 16,
  write: (writer, value) => writer.u32(value),
}

export const bool: Codec<boolean> = {
  least: 4,
  read: (reader, field) => reader.bool(field),
  write: (writer, value) => writer.bool(value),
}

export const opaque: Codec<Bytes> = {
  least: 4,
  read: (reader, field) => reader.opaque(field).slice(),
  write: (writer, value) => writer.opaque(value),
}

export const nullableString: Codec<string | undefined> = {
  least: 4,
  read: (reader, field) => reader.nullableString(field),
  write: (writer, value) => writer.nullableString(value),
}

/** A string that may not be null. */
export const string: Codec<string> = {
  least: 8,
  read: (reader, field) => {
    const value = reader.nullableString(field)
    if (value === undefined) throw malformed(field)
    return value
  },
  write: (writer, value) => writer.nullableString(value),
}

/** A password, copied out of the message; whoever gets it wipes it. */
export const nullableSecret: Codec<Secret | undefined> = {
  least: 4,
  read: (reader, field) => reader.nullableSecret(field),
  write: (writer, value) => writer.nullableSecret(value),
}

/** The name in its text form. A name that cannot be parsed is malformed, as MIT has it. */
export const principal: Codec<Principal | undefined> = {
  least: 4,
  read: (reader, field, context) => {
    const text = reader.nullableString(field)
    return text === undefined ? undefined : parseName(text, field, context)
  },
  write: (writer, value) => writer.nullableString(value === undefined ? undefined : unparsePrincipal(value)),
}

function parseName(text: string, field: string, { defaultRealm }: WireContext): Principal {
  try {
    return parsePrincipal(text, { defaultRealm })
  } catch (error) {
    throw error instanceof KrbError ? malformed(field) : error
  }
}
