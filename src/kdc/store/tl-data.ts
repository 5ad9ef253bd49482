import { type Bytes, concat } from '../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { TlData } from './entry.ts'

/** Kinds of tl-data that mean something to us (docs/formats/mit-database.md). */
export const TlType = {
  LAST_PWD_CHANGE: 1,
  MOD_PRINC: 2,
  KADM_DATA: 3,
  MKVNO: 8,
  ACTKVNO: 9,
  MKEY_AUX: 10,
  STRING_ATTRS: 11,
  ALIAS_TARGET: 12,
  LAST_ADMIN_UNLOCK: 0x700,
} as const

/** Contents of the first item of a type. */
export function tlContents(items: readonly TlData[], type: number): Bytes | undefined {
  return items.find(item => item.type === type)?.contents
}

/** The list with one item of the type, in the place where it stood or, as MIT does, in front; `undefined` removes it. */
export function withTlData(items: readonly TlData[], type: number, contents: Bytes | undefined): readonly TlData[] {
  if (contents === undefined) return items.filter(item => item.type !== type)
  const at = items.findIndex(item => item.type === type)
  return at === -1 ? [{ type, contents }, ...items] : items.map((item, i) => (i === at ? { type, contents } : item))
}

/** Types 1 and 0x700: a time, seconds since 1970 as an unsigned little-endian number. 0 when absent or too short, as MIT reads it. */
export function readTime(items: readonly TlData[], type: number): number {
  const contents = tlContents(items, type)
  return contents === undefined || contents.length < 4 ? 0 : view(contents).getUint32(0, true)
}

export function timeContents(seconds: number): Bytes {
  return littleEndian(4, seconds)
}

/** Type 2: when and by whom the entry was last modified. */
export interface Modification {
  readonly at: number
  readonly by: string
}

export function readModification(items: readonly TlData[]): Modification | undefined {
  const contents = tlContents(items, TlType.MOD_PRINC)
  if (contents === undefined || contents.length < 5) return undefined
  const end = contents.indexOf(0, 4)
  return { at: view(contents).getUint32(0, true), by: decodeText(contents.subarray(4, end === -1 ? undefined : end)) }
}

export function modificationContents({ at, by }: Modification): Bytes {
  return concat(littleEndian(4, at), encodeText(by), NUL)
}

/** Type 8: version of the master key that seals the keys; 1 when absent. */
export function readMasterKvno(items: readonly TlData[]): number {
  const contents = tlContents(items, TlType.MKVNO)
  return contents === undefined || contents.length < 2 ? 1 : view(contents).getUint16(0, true)
}

export function masterKvnoContents(kvno: number): Bytes {
  return littleEndian(2, kvno)
}

/** Type 9, on K/M only: since when each master key version is the active one, ascending. */
export interface Activation {
  readonly kvno: number
  readonly from: number
}

/** Throws `KRB5_KDB_TRUNCATED_RECORD` or `KRB5_KDB_BAD_VERSION`. */
export function readActivations(items: readonly TlData[]): readonly Activation[] {
  const contents = tlContents(items, TlType.ACTKVNO)
  if (contents === undefined) return []
  const data = versioned(contents)
  if ((contents.length - 2) % 6 !== 0) throw new KrbError('KRB5_KDB_TRUNCATED_RECORD')
  const list: Activation[] = []
  for (let at = 2; at < contents.length; at += 6) list.push({ kvno: data.getUint16(at, true), from: data.getUint32(at + 2, true) })
  return list
}

export function activationContents(list: readonly Activation[]): Bytes {
  return Buffer.concat([littleEndian(2, 1), ...list.flatMap(({ kvno, from }) => [littleEndian(2, kvno), littleEndian(4, from)])])
}

/** Type 10, on K/M only: the newest master key, sealed under each older one. */
export interface MasterKeyAux {
  readonly kvno: number
  readonly newestKvno: number
  readonly newestEtype: number
  readonly sealed: Bytes
}

/** Throws `KRB5_KDB_TRUNCATED_RECORD` or `KRB5_KDB_BAD_VERSION`. */
export function readMasterKeyAux(items: readonly TlData[]): readonly MasterKeyAux[] {
  const contents = tlContents(items, TlType.MKEY_AUX)
  if (contents === undefined) return []
  const data = versioned(contents)
  const list: MasterKeyAux[] = []
  for (let at = 2; at < contents.length; ) {
    if (contents.length - at < 8) throw new KrbError('KRB5_KDB_TRUNCATED_RECORD')
    const length = data.getUint16(at + 6, true)
    if (contents.length - at - 8 < length) throw new KrbError('KRB5_KDB_TRUNCATED_RECORD')
    list.push({
      kvno: data.getUint16(at, true),
      newestKvno: data.getUint16(at + 2, true),
      newestEtype: data.getInt16(at + 4, true),
      sealed: Uint8Array.from(contents.subarray(at + 8, at + 8 + length)),
    })
    at += 8 + length
  }
  return list
}

export function masterKeyAuxContents(list: readonly MasterKeyAux[]): Bytes {
  return Buffer.concat([
    littleEndian(2, 1),
    ...list.flatMap(aux => [
      littleEndian(2, aux.kvno),
      littleEndian(2, aux.newestKvno),
      littleEndian(2, aux.newestEtype),
      littleEndian(2, aux.sealed.length),
      aux.sealed,
    ]),
  ])
}

/** Type 11: name NUL value NUL, in stored order. A piece without its NUL is dropped, as MIT does. */
export function readStrings(items: readonly TlData[]): ReadonlyMap<string, string> {
  const contents = tlContents(items, TlType.STRING_ATTRS)
  const strings = new Map<string, string>()
  if (contents === undefined) return strings
  const pieces: string[] = []
  for (let at = 0; at < contents.length; ) {
    const end = contents.indexOf(0, at)
    if (end === -1) break
    pieces.push(decodeText(contents.subarray(at, end)))
    at = end + 1
  }
  for (let i = 0; i + 1 < pieces.length; i += 2) if (!strings.has(pieces[i]!)) strings.set(pieces[i]!, pieces[i + 1]!)
  return strings
}

/** undefined for no strings at all: then there is no item. */
export function stringsContents(strings: ReadonlyMap<string, string>): Bytes | undefined {
  if (strings.size === 0) return undefined
  return Buffer.concat([...strings].flatMap(([name, value]) => [encodeText(name), NUL, encodeText(value), NUL]))
}

function versioned(contents: Bytes): DataView {
  if (contents.length < 2) throw new KrbError('KRB5_KDB_TRUNCATED_RECORD')
  const data = view(contents)
  if (data.getUint16(0, true) !== 1) throw new KrbError('KRB5_KDB_BAD_VERSION')
  return data
}

function view(octets: Bytes): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
}

function littleEndian(length: number, value: number): Bytes {
  const octets = new Uint8Array(length)
  for (let i = 0; i < length; i++) octets[i] = value >>> (8 * i)
  return octets
}

const NUL = Uint8Array.of(0)
