import type { Bytes } from '../bytes/bytes.ts'
import { decodeText, encodeText } from '../bytes/text.ts'
import { liesBelow } from './below.ts'
import { illegal, isEmptyField, type Subfield, subfields } from './subfields.ts'

/**
 * The realms that a transited field of type DOMAIN-X500-COMPRESS names (RFC 4120 §3.3.3.2), in the order that they stand in, which need not be that of the
 * path. `client` and `server` are the ends of the path, which null subfields refer to and which are not part of it. Throws
 * `KRB5KRB_AP_ERR_ILL_CR_TKT`.
 */
export function decodeTransited(contents: Bytes, client: string, server: string): readonly string[] {
  if (isEmptyField(contents)) return []
  const realms: string[] = []
  let previous = octetText(client)
  let above = ''
  let omitted = false
  for (const subfield of subfields(contents)) {
    if (subfield.name === '') {
      omitted = true
      continue
    }
    const realm = wholeName(subfield, above)
    if (omitted) realms.push(...between(previous, realm))
    realms.push(realm)
    if (realms.length > MAX_REALMS) throw illegal()
    omitted = false
    previous = above = realm
  }
  if (omitted) realms.push(...between(previous, octetText(server)))
  if (realms.length > MAX_REALMS) throw illegal()
  return realms.map(realm => decodeText(Buffer.from(realm, 'latin1')))
}

/** Octets as text of one character each, as `Subfield.name`. */
export function octetText(realm: string): string {
  return Buffer.from(encodeText(realm)).toString('latin1')
}

function wholeName({ name, style }: Subfield, above: string): string {
  // The realm above the first one is the null realm; a name that only begins before it is none. Nor are there domains below X.500 names.
  if (style === 'before' && (above === '' || above.startsWith('/'))) throw illegal()
  const realm = style === 'whole' ? name : style === 'before' ? name + above : above + name
  if (realm.length > MAX_NAME) throw illegal()
  return realm
}

/** The realms that a null subfield stands for, without its neighbours, of which one lies below the other. */
function between(from: string, to: string): readonly string[] {
  if (from === to) return []
  if (liesBelow(to, from)) return steps(to, from).reverse()
  if (liesBelow(from, to)) return steps(from, to)
  throw illegal()
}

/** From a realm up to one above it, both left out. */
function steps(below: string, above: string): string[] {
  const found: string[] = []
  let name = below
  for (;;) {
    name = name.startsWith('/') ? name.slice(0, name.lastIndexOf('/')) : name.slice(name.indexOf('.') + 1)
    if (name.length <= above.length) return found
    found.push(name)
  }
}

const MAX_NAME = 500
const MAX_REALMS = 128
