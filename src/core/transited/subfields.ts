import type { Bytes } from '../bytes/bytes.ts'
import { KrbError } from '../errors/krb-error.ts'

/**
 * What stands between two commas of a transited field (RFC 4120 §3.3.3.2), quoting undone. `name` is octets, one character each, and empty for a
 * null subfield, which means every realm of the hierarchy between its neighbours.
 */
export interface Subfield {
  readonly name: string
  /** How the realm's name comes about: as it stands, before the realm above (`MIT.`, EDU), or behind it (`/COM`, `/HP`). */
  readonly style: 'whole' | 'before' | 'behind'
}

/**
 * Takes DOMAIN-X500-COMPRESS apart, which is not empty. One NUL at the end is passed over: old implementations count the end of a C
 * string. Throws `KRB5KRB_AP_ERR_ILL_CR_TKT` for what cannot be a list of realms, or is longer than one.
 */
export function subfields(contents: Bytes): readonly Subfield[] {
  const length = contents.at(-1) === 0 ? contents.length - 1 : contents.length
  if (length > MAX_OCTETS) throw illegal()
  const found: Subfield[] = []
  let at = 0
  while (at <= length) {
    const end = endOfSubfield(contents, at, length)
    if (found.length === MAX_SUBFIELDS) throw illegal()
    found.push(subfield(contents, at, end))
    at = end + 1
  }
  return found
}

/** Nothing but the end of a C string is nothing too. */
export function isEmptyField(contents: Bytes): boolean {
  return contents.length === 0 || (contents.length === 1 && contents[0] === 0)
}

export function illegal(): KrbError {
  return new KrbError('KRB5KRB_AP_ERR_ILL_CR_TKT')
}

function endOfSubfield(contents: Bytes, from: number, length: number): number {
  let at = from
  while (at < length && contents[at] !== COMMA) at += contents[at] === BACKSLASH ? 2 : 1
  // A backslash with nothing behind it quotes nothing.
  if (at > length) throw illegal()
  return at
}

function subfield(contents: Bytes, from: number, end: number): Subfield {
  let at = from
  while (at < end && contents[at] === BLANK) at++
  const alone = at > from
  let name = ''
  let quoted = false
  for (; at < end; at++) {
    quoted = contents[at] === BACKSLASH
    if (quoted) at++
    if (contents[at] === 0) throw illegal()
    name += String.fromCharCode(contents[at]!)
  }
  if (alone && name === '') throw illegal()
  if (alone || name === '') return { name, style: 'whole' }
  if (name.startsWith('/')) return { name, style: 'behind' }
  return { name, style: name.endsWith('.') && !quoted ? 'before' : 'whole' }
}

const COMMA = 0x2c
const BACKSLASH = 0x5c
const BLANK = 0x20
/** Ten hops of the longest names that DNS allows. */
const MAX_OCTETS = 2560
const MAX_SUBFIELDS = 64
