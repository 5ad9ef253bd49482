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
    const offset = input.u32('offset')
    const beyond = input.u32('offset, upper half') !== 0
    if (offset % ALIGNMENT !== 0) throw new KrbError('EINVAL')
    if (beyond || offset < headerLength || offset > octets.length || size > octets.length - offset) throw outOfRange()
    buffers.push({ type, offset, data: octets.subarray(offset, offset + size) })
  }
  return { octets, buffers }
}

/** The one buffer of a kind; undefined when there is none. Two of a kind are `EINVAL`: which of them is meant would be anybody's guess. */
export function pacBuffer(pac: Pac, type: PacBufferId): Pac['buffers'][number] | undefined {
  let found: Pac['buffers'][number] | undefined
  for (const buffer of pac.buffers) {
    if (buffer.type !== type) continue
    if (found !== undefined) throw new KrbError('EINVAL')
    found = buffer
  }
  return found
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
  for (const { data } of contents) length += aligned(data.length)
  const octets = new Uint8Array(length)
  const header = new DataView(octets.buffer)
  header.setUint32(0, contents.length, true)
  let entry = HEADER_OCTETS
  let offset = HEADER_OCTETS + contents.length * ENTRY_OCTETS
  const buffers: Pac['buffers'][number][] = []
  for (const { type, data } of contents) {
    header.setUint32(entry, type, true)
    header.setUint32(entry + 4, data.length, true)
    header.setUint32(entry + 8, offset, true)
    octets.set(data, offset)
    buffers.push({ type, offset, data: octets.subarray(offset, offset + data.length) })
    entry += ENTRY_OCTETS
    offset += aligned(data.length)
  }
  return { octets, buffers }
}

/** For whatever is shorter than it says. */
export function outOfRange(): KrbError {
  return new KrbError('ERANGE')
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT
}

const HEADER_OCTETS = 8
const ENTRY_OCTETS = 16
const ALIGNMENT = 8
/** No issuer comes near it (MIT's bound is 4096). */
const MAX_BUFFERS = 256
