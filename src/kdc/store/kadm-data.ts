import type { Bytes } from '../../core/bytes/bytes.ts'
import { Reader } from '../../core/bytes/reader.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { Writer } from '../../core/bytes/writer.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { KeyData, TlData } from './entry.ts'
import { TlType, tlContents } from './tl-data.ts'

/** What kadmin keeps about a principal: tl-data 3, MIT's XDR (docs/formats/mit-database.md). Old keys are sealed with the history key. */
export interface KadmData {
  readonly policy: string | undefined
  /** 0x800 = has a policy; other bits stay as found. */
  readonly auxAttributes: number
  readonly oldKeyNext: number
  readonly historyKvno: number
  readonly oldKeys: readonly (readonly KeyData[])[]
}

export const NO_KADM_DATA: KadmData = { policy: undefined, auxAttributes: 0, oldKeyNext: 0, historyKvno: 2, oldKeys: [] }

/** undefined when the entry has none. Throws `KRB5_KDB_TRUNCATED_RECORD` for damaged data. */
export function readKadmData(items: readonly TlData[]): KadmData | undefined {
  const contents = tlContents(items, TlType.KADM_DATA)
  return contents === undefined ? undefined : decodeKadmData(contents)
}

/** The name of the principal's policy: the only part that the KDC wants. */
export function policyName(items: readonly TlData[]): string | undefined {
  return readKadmData(items)?.policy
}

export function kadmDataContents(data: KadmData): Bytes {
  const out = new Writer('big', USUAL_OCTETS).u32(VERSION)
  if (data.policy === undefined) out.u32(0)
  else writeOpaque(out, Buffer.concat([encodeText(data.policy), Uint8Array.of(0)]))
  out.u32(data.policy === undefined ? data.auxAttributes & ~HAS_POLICY : data.auxAttributes | HAS_POLICY)
  out.u32(data.oldKeyNext).u32(data.historyKvno).u32(data.oldKeys.length)
  for (const set of data.oldKeys) {
    out.u32(set.length)
    for (const key of set) {
      out.u32(key.version).u32(key.kvno).u32(key.etype).u32(key.saltType).u32(key.sealed.length).u32(key.salt.length)
      writeOpaque(out, key.sealed)
      writeOpaque(out, key.salt)
    }
  }
  return out.finish()
}

function decodeKadmData(contents: Bytes): KadmData {
  const input = new Reader(Uint8Array.from(contents), truncated)
  if (input.u32('version') !== VERSION) throw new KrbError('KRB5_KDB_BAD_VERSION')
  const policy = readNullString(input, 'policy')
  const auxAttributes = input.u32('attributes')
  const oldKeyNext = input.u32('next old key')
  const historyKvno = input.u32('history kvno')
  const oldKeys = readList(input, 4, 'old key sets', () => readList(input, 32, 'old keys', () => readOldKey(input)))
  if (input.left !== 0) throw truncated()
  return { policy: (auxAttributes & HAS_POLICY) !== 0 ? policy : undefined, auxAttributes, oldKeyNext, historyKvno, oldKeys }
}

function readOldKey(input: Reader): KeyData {
  const version = input.u32('key version')
  if (version !== 1 && version !== 2) throw truncated()
  const kvno = input.u32('kvno')
  const etype = input.i32('enctype')
  const saltType = input.i32('salt type')
  // The lengths stand twice: as numbers here and before the octets.
  input.skip(8, 'lengths')
  const sealed = readOpaque(input, 'key')
  return { version, kvno, etype, sealed, saltType, salt: readOpaque(input, 'salt') }
}

function readOpaque(input: Reader, field: string): Bytes {
  const length = input.u32(field)
  const octets = input.bytes(length, field)
  input.skip(padding(length), field)
  return octets
}

/** A string with its NUL counted and written; length 0 is no string. */
function readNullString(input: Reader, field: string): string | undefined {
  const octets = readOpaque(input, field)
  if (octets.length === 0) return undefined
  if (octets.indexOf(0) !== octets.length - 1) throw truncated()
  return decodeText(octets.subarray(0, -1))
}

function readList<T>(input: Reader, smallest: number, field: string, item: () => T): T[] {
  const count = input.u32(field)
  if (count * smallest > input.left) throw truncated()
  return Array.from({ length: count }, item)
}

function writeOpaque(out: Writer, octets: Bytes): void {
  out.u32(octets.length).bytes(octets).zeros(padding(octets.length))
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4
}

function truncated(): KrbError {
  return new KrbError('KRB5_KDB_TRUNCATED_RECORD')
}

const VERSION = 0x12345c01
const HAS_POLICY = 0x800
/** Without old keys. */
const USUAL_OCTETS = 64
