import { type Bytes, concat, EMPTY } from '../bytes/bytes.ts'
import type { Patch } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { decodeKeytab, encodeEntry, encodeLength, encodeVersion, type KeytabVersion } from './format.ts'
import type { KeytabEntry } from './keytab.ts'

/**
 * The patches that add `entries` to the keytab `octets` (an empty file becomes version 2): into the first hole that is large enough,
 * else at the end. The length of a record comes after its content, so that whoever reads in between sees a hole or the end.
 */
export function planAdd(octets: Bytes, entries: readonly KeytabEntry[]): Patch[] {
  const fresh = octets.length === 0
  const content = decodeKeytab(fresh ? encodeVersion(2) : octets)
  if (content.stop === 'odd' || content.fault?.field === 'record' || content.fault?.field === 'hole') throw unwritable(content.fault)
  const { version } = content
  const holes = [...content.holes]
  const patches: Patch[] = fresh ? [{ at: 0, content: encodeVersion(2) }] : []
  const more = content.end < octets.length
  let end = content.end
  for (const entry of entries) {
    const record = encodeEntry(entry, version)
    const fit = holes.findIndex(hole => hole.size >= record.length)
    if (fit >= 0) {
      const [hole] = holes.splice(fit, 1)
      patches.push(...recordPatches(hole!.at, record, hole!.size, version))
    } else {
      // What follows the end marker, if anything, must not come to life: a new marker goes behind the record.
      const marker = more ? new Uint8Array(4) : EMPTY
      patches.push({ at: end, content: concat(new Uint8Array(4), record, marker) })
      patches.push({ at: end, content: encodeLength(record.length, version) })
      end += 4 + record.length
    }
  }
  return patches
}

/** The patches that turn the matching entries into holes of zeros, and how many there are. */
export function planRemove(octets: Bytes, match: (entry: KeytabEntry) => boolean): { patches: Patch[]; removed: number } {
  const { version, entries } = decodeKeytab(octets)
  const patches: Patch[] = []
  let removed = 0
  for (const { at, size, entry } of entries) {
    if (!match(entry)) continue
    patches.push({ at, content: encodeLength(-size, version) }, { at: at + 4, content: new Uint8Array(size) })
    removed++
  }
  return { patches, removed }
}

function recordPatches(at: number, record: Bytes, size: number, version: KeytabVersion): Patch[] {
  return [
    { at: at + 4, content: concat(record, new Uint8Array(size - record.length)) },
    { at, content: encodeLength(size, version) },
  ]
}

function unwritable(fault: { readonly offset: number; readonly field: string } | undefined): KrbError {
  const params = fault === undefined ? {} : { offset: fault.offset, field: fault.field }
  return new KrbError('KRB5_KT_FORMAT', params, {
    hints: ['a damaged record ends this keytab; an entry behind it would be read by nobody'],
  })
}
