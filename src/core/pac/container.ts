import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { KrbError } from '../errors/krb-error.ts'
import type { PacBufferId } from '../registry/pac-buffer.ts'

/** One buffer; `data` is a view on the whole. */
export interface PacBuffer {
  readonly type: PacBufferId
  readonly data: Bytes
}

/** A privilege attribute certificate (MS-PAC §2.3) with its octets, which signatures are over. */
export interface Pac {
  readonly octets: Bytes
  /** In the order of the header. */
  readonly buffers: readonly (PacBuffer & { readonly offset: number })[]
}

/**
 * Reads PACTYPE: count, version 0, then for each buffer kind, size and 64-bit offset, aligned to 8 octets. Everything is held against the length before
 * anything is made of it (threat T26). Throws `ERANGE` or `EINVAL`, MIT's words for a malformed one.
 */
export function parsePac(octets: Bytes): Pac {
  const input = new Reader(octets, outOfRange, 'little')
  const count = input.u32('count')
  if (input.u32('version') !== 0) throw new KrbError('EINVAL')
  if (count < 1 || count > MAX_BUFFERS) throw outOfRange()
  const headerLength = HEADER_OCTETS + count * ENTRY_OCTETS
  if (octets.length < headerLength) throw outOfRange()
  const buffers: Pac['buffers'][number][] = []
  for (let i = 0; i < count; i++) {
    const type = input.u32('type')
    const size = input.u32('size')
    const offset = input.u64('offset')
    if (offset % BigInt(ALIGNMENT) !== 0n) throw new KrbError('EINVAL')
    if (offset < headerLength || offset > octets.length || size > octets.length - Number(offset)) throw outOfRange()
    const at = Number(offset)
    buffers.push({ type, offset: at, data: octets.subarray(at, at + size) })
  }
  return { octets, buffers }
}

/** The one buffer of a kind; undefined when there is none. Two of a kind are `EINVAL`: which of them is meant would be anybody's guess. */
export function pacBuffer(pac: Pac, type: PacBufferId): Pac['buffers'][number] | undefined {
  const found = pac.buffers.filter(buffer => buffer.type === type)
  if (found.length > 1) throw new KrbError('EINVAL')
  return found[0]
}

/** The buffer of a kind, or `ENOENT`. */
export function requirePacBuffer(pac: Pac, type: PacBufferId): Pac['buffers'][number] {
  const found = pacBuffer(pac, type)
  if (found === undefined) throw new KrbError('ENOENT')
  return found
}

/** Lays the buffers out in their order, each aligned to 8 octets. */
export function buildPac(contents: readonly PacBuffer[]): Pac {
  let length = HEADER_OCTETS + contents.length * ENTRY_OCTETS
  const offsets = contents.map(({ data }) => {
    const offset = length
    length += Math.ceil(data.length / ALIGNMENT) * ALIGNMENT
    return offset
  })
  const octets = new Uint8Array(length)
  const header = new DataView(octets.buffer)
  header.setUint32(0, contents.length, true)
  contents.forEach(({ type, data }, i) => {
    const entry = HEADER_OCTETS + i * ENTRY_OCTETS
    header.setUint32(entry, type, true)
    header.setUint32(entry + 4, data.length, true)
    header.setUint32(entry + 8, offsets[i]!, true)
    octets.set(data, offsets[i]!)
  })
  const buffers = contents.map(({ type, data }, i) => {
    const offset = offsets[i]!
    return { type, offset, data: octets.subarray(offset, offset + data.length) }
  })
  return { octets, buffers }
}

/** For whatever is shorter than it says. */
export function outOfRange(): KrbError {
  return new KrbError('ERANGE')
}

const HEADER_OCTETS = 8
const ENTRY_OCTETS = 16
const ALIGNMENT = 8
/** No issuer comes near it (MIT's bound is 4096). */
const MAX_BUFFERS = 256
