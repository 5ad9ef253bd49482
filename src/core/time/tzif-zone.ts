import type { Bytes } from '../bytes/bytes.ts'
import { posixZone } from './posix-zone.ts'
import type { LocalType } from './zone.ts'

/**
 * A file of the zone database (RFC 8536). Undefined for octets that are not one. Version 1 files have 32-bit times and no rule for
 * the future; later ones repeat the data with 64-bit times and end with a POSIX string for what comes after.
 */
export function tzifZone(octets: Bytes): ((seconds: number) => LocalType) | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  const first = readHeader(view, 0)
  if (first === undefined) return undefined
  const second = first.version === 0 ? undefined : readHeader(view, first.end)
  const header = second ?? first
  if (header.end > octets.length || header.types === 0) return undefined
  const table = readTable(view, header)
  if (table === undefined) return undefined
  const rule = second === undefined ? undefined : readFooter(octets, second.end)
  return seconds => {
    const { times, types } = table
    const last = times.length - 1
    if (rule !== undefined && (last < 0 || seconds >= times[last]!)) return rule(seconds)
    return last < 0 || seconds < times[0]! ? table.before : types[lastNotAfter(times, seconds)]!
  }
}

interface Header {
  readonly version: number
  readonly wide: boolean
  readonly data: number
  readonly times: number
  readonly types: number
  readonly chars: number
  readonly end: number
}

function readHeader(view: DataView, at: number): Header | undefined {
  if (at + 44 > view.byteLength || view.getUint32(at) !== MAGIC) return undefined
  const [isUt, isStd, leap, times, types, chars] = [20, 24, 28, 32, 36, 40].map(offset => view.getUint32(at + offset)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const wide = at > 0
  const width = wide ? 8 : 4
  const data = at + 44
  const end = data + times * width + times + types * 6 + chars + leap * (width + 4) + isStd + isUt
  return { version: view.getUint8(at + 4), wide, data, times, types, chars, end }
}

function readTable(view: DataView, header: Header): { times: number[]; types: LocalType[]; before: LocalType } | undefined {
  const width = header.wide ? 8 : 4
  const indexAt = header.data + header.times * width
  const typeAt = indexAt + header.times
  const charsAt = typeAt + header.types * 6
  const kinds: LocalType[] = []
  for (let i = 0; i < header.types; i++) {
    const at = typeAt + i * 6
    const name = view.getUint8(at + 5)
    if (name >= header.chars) return undefined
    kinds.push({
      offset: view.getInt32(at),
      dst: view.getUint8(at + 4) !== 0,
      abbreviation: readName(view, charsAt + name, charsAt + header.chars),
    })
  }
  const times: number[] = []
  const types: LocalType[] = []
  for (let i = 0; i < header.times; i++) {
    const type = kinds[view.getUint8(indexAt + i)]
    if (type === undefined) return undefined
    times.push(header.wide ? Number(view.getBigInt64(header.data + i * 8)) : view.getInt32(header.data + i * 4))
    types.push(type)
  }
  return { times, types, before: kinds[0]! }
}

function readName(view: DataView, at: number, end: number): string {
  let name = ''
  for (let i = at; i < end && view.getUint8(i) !== 0; i++) name += String.fromCharCode(view.getUint8(i))
  return name
}

function readFooter(octets: Bytes, at: number): ((seconds: number) => LocalType) | undefined {
  const end = octets.indexOf(NEWLINE, at + 1)
  if (octets[at] !== NEWLINE || end <= at + 1) return undefined
  return posixZone(Buffer.from(octets.subarray(at + 1, end)).toString('latin1'))
}

function lastNotAfter(times: readonly number[], seconds: number): number {
  let low = 0
  let high = times.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (times[middle]! <= seconds) low = middle
    else high = middle - 1
  }
  return low
}

/** `TZif` */
const MAGIC = 0x545a6966
const NEWLINE = 0x0a
