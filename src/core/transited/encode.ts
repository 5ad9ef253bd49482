import type { Bytes } from '../bytes/bytes.ts'
import { liesBelow } from './below.ts'
import { octetText } from './decode.ts'
import { illegal } from './subfields.ts'

/**
 * A transited field of type DOMAIN-X500-COMPRESS (RFC 4120 §3.3.3.2) that names these realms, each shortened by the one before it where it lies below. Null
 * subfields are not used: they would have to be believed. Throws `KRB5KRB_AP_ERR_ILL_CR_TKT` for an empty name or one with a NUL.
 */
export function encodeTransited(realms: readonly string[]): Bytes {
  const names = realms.map(octetText)
  return Buffer.from(names.map((name, i) => written(name, names[i - 1] ?? '')).join(','), 'latin1')
}

function written(name: string, previous: string): string {
  if (name === '' || name.includes('\0')) throw illegal()
  if (liesBelow(name, previous)) {
    if (name.startsWith('/')) return quotedEnd(quoted(name.slice(previous.length)))
    return quoted(name.slice(0, name.length - previous.length))
  }
  return (name.startsWith('/') && previous !== '' ? ' ' : '') + quotedEnd(quoted(name))
}

function quoted(name: string): string {
  return name.replace(/[,\\]|^ +/g, special => special.replace(/./g, '\\$&'))
}

/** A dot at the end would mean that the name goes on with the realm before it. */
function quotedEnd(name: string): string {
  return name.replace(/\.+$/, dots => dots.replaceAll('.', '\\.'))
}
