import { type Bytes, concat } from '../bytes/bytes.ts'
import { decodeText, encodeText } from '../bytes/text.ts'
import { KrbError } from '../errors/krb-error.ts'
import type { NameTypeId } from '../registry/name-type.ts'

/** A Kerberos name (RFC 4120 §5.2.2, §6). Strings are octets in disguise, see `core/bytes/text.ts`. */
export interface Principal {
  readonly type: NameTypeId
  readonly realm: string
  readonly components: readonly string[]
}

export interface ParseOptions {
  /** Realm of a name without one. `''` makes the realm empty; without it such a name is `KRB5_CONFIG_NODEFREALM`. */
  readonly defaultRealm?: string | undefined
  /** NT-ENTERPRISE (RFC 6806 §5): the first unescaped `@` belongs to the name. */
  readonly enterprise?: boolean
  readonly requireRealm?: boolean
  /** A realm is refused, and the result's realm is empty. */
  readonly noRealm?: boolean
  /** A realm is read and dropped, and the result's realm is empty. */
  readonly ignoreRealm?: boolean
}

/**
 * Reads MIT's text form `component/component@REALM` (docs/formats/names-and-times.md). `a@` has the empty realm, not the default one.
 * Throws `KRB5_PARSE_MALFORMED`, and `KRB5_CONFIG_NODEFREALM` when a default realm is needed and not given.
 */
export function parsePrincipal(text: string, options: ParseOptions = {}): Principal {
  const { components, realm } = split(text, options.enterprise ?? false)
  return {
    type: options.enterprise ? NT_ENTERPRISE : inferType(components),
    realm: chooseRealm(text, realm, options),
    components,
  }
}

export interface UnparseOptions {
  /** `always` is the default. */
  readonly realm?: 'always' | 'never' | 'unless-default'
  /** What `unless-default` compares with. */
  readonly defaultRealm?: string | undefined
}

/** The text form that `parsePrincipal` reads. With realm `never` an `@` in a component stays as it is. */
export function unparsePrincipal(principal: Principal, options: UnparseOptions = {}): string {
  const style = options.realm ?? 'always'
  const { components } = principal
  let name = ''
  for (let i = 0; i < components.length; i++) name += `${i === 0 ? '' : '/'}${quoted(components[i]!, style !== 'never')}`
  if (style === 'never' || (style === 'unless-default' && principal.realm === options.defaultRealm)) return name
  return `${name}@${quoted(principal.realm, true)}`
}

/** Same realm and components, octet for octet; the name type does not count (RFC 4120 §6.2). */
export function samePrincipal(a: Principal, b: Principal): boolean {
  return a.realm === b.realm && sameComponents(a, b)
}

export function sameComponents(a: Principal, b: Principal): boolean {
  return a.components.length === b.components.length && a.components.every((component, i) => component === b.components[i])
}

/** The salt of a password key when nobody says otherwise: realm, then the components, nothing between (RFC 4120 §4). */
export function defaultSalt(principal: Principal): Bytes {
  return concat(encodeText(principal.realm), ...principal.components.map(encodeText))
}

/** `krbtgt/realm@inRealm`: the ticket-granting service of `realm` as `inRealm` knows it. */
export function tgtPrincipal(realm: string, inRealm: string = realm): Principal {
  return { type: NT_SRV_INST, realm: inRealm, components: ['krbtgt', realm] }
}

/** True for `krbtgt/X@Y`. */
export function isTgtPrincipal(principal: Principal): boolean {
  return principal.components.length === 2 && principal.components[0] === 'krbtgt'
}

/** The PrincipalName of RFC 4120 §5.2.2; the realm travels beside it. */
export function toPrincipalName(principal: Principal): { nameType: NameTypeId; nameString: string[] } {
  return { nameType: principal.type, nameString: [...principal.components] }
}

export function fromPrincipalName(
  name: { readonly nameType: NameTypeId; readonly nameString: readonly string[] },
  realm: string,
): Principal {
  return { type: name.nameType, realm, components: [...name.nameString] }
}

/** The name type that MIT gives to a parsed name: krbtgt/X NT-SRV-INST, WELLKNOWN/... NT-WELLKNOWN (RFC 8062), else NT-PRINCIPAL. */
function inferType(components: readonly string[]): NameTypeId {
  if (components.length === 2 && components[0] === 'krbtgt') return NT_SRV_INST
  if (components.length >= 2 && components[0] === 'WELLKNOWN') return NT_WELLKNOWN
  return NT_PRINCIPAL
}

function split(text: string, enterprise: boolean): { components: string[]; realm: string | undefined } {
  const components: string[] = []
  let piece = ''
  let inRealm = false
  let nameTakesAt = enterprise
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '/' && !enterprise) {
      if (inRealm) throw malformed(text)
      components.push(whole(piece))
      piece = ''
    } else if (char === '@' && !nameTakesAt) {
      if (inRealm) throw malformed(text)
      components.push(whole(piece))
      piece = ''
      inRealm = true
    } else if (char === '\\') {
      const next = text[++i]
      if (next === undefined) throw malformed(text)
      piece += ESCAPES.get(next) ?? next
    } else {
      if (char === '@') nameTakesAt = false
      piece += char
    }
  }
  if (inRealm) return { components, realm: whole(piece) }
  components.push(whole(piece))
  return { components, realm: undefined }
}

function chooseRealm(text: string, realm: string | undefined, options: ParseOptions): string {
  if (realm === undefined) {
    if (options.requireRealm)
      throw new KrbError('KRB5_PARSE_MALFORMED', { name: text }, { text: `Principal ${text} is missing required realm` })
    if (options.noRealm || options.ignoreRealm) return ''
    if (options.defaultRealm === undefined) throw new KrbError('KRB5_CONFIG_NODEFREALM')
    return options.defaultRealm
  }
  if (options.noRealm) throw new KrbError('KRB5_PARSE_MALFORMED', { name: text }, { text: `Principal ${text} has realm present` })
  return options.ignoreRealm ? '' : realm
}

/** Dropping a backslash can join two stray octets to one UTF-8 character; equal octets must be equal strings. */
function whole(piece: string): string {
  return /[\udc80-\udcff]/.test(piece) ? decodeText(encodeText(piece)) : piece
}

function quoted(piece: string, withAt: boolean): string {
  return PLAIN.test(piece)
    ? piece
    : piece.replace(withAt ? /[@/\\\n\t\b\0]/g : /[/\\\n\t\b\0]/g, char => `\\${UNESCAPES.get(char) ?? char}`)
}

function malformed(text: string): KrbError {
  return new KrbError('KRB5_PARSE_MALFORMED', { name: text })
}

const NT_PRINCIPAL = 1
const NT_SRV_INST = 2
const NT_ENTERPRISE = 10
const NT_WELLKNOWN = 11

const PLAIN = /^[-.\w]*$/

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
  ['0', '\0'],
])

const UNESCAPES = new Map([...ESCAPES].map(([letter, char]) => [char, letter]))
