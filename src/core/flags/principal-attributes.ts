/** Attributes of a database entry (docs/formats/mit-database.md), a uint32. Most of the low ones forbid something. */
export const PrincipalAttribute = {
  DISALLOW_POSTDATED: 0x1,
  DISALLOW_FORWARDABLE: 0x2,
  DISALLOW_TGT_BASED: 0x4,
  DISALLOW_RENEWABLE: 0x8,
  DISALLOW_PROXIABLE: 0x10,
  DISALLOW_DUP_SKEY: 0x20,
  DISALLOW_ALL_TIX: 0x40,
  REQUIRES_PRE_AUTH: 0x80,
  REQUIRES_HW_AUTH: 0x100,
  REQUIRES_PWCHANGE: 0x200,
  DISALLOW_SVR: 0x1000,
  PWCHANGE_SERVICE: 0x2000,
  SUPPORT_DESMD5: 0x4000,
  NEW_PRINC: 0x8000,
  OK_AS_DELEGATE: 0x100000,
  OK_TO_AUTH_AS_DELEGATE: 0x200000,
  NO_AUTH_DATA_REQUIRED: 0x400000,
  LOCKDOWN_KEYS: 0x800000,
} as const

export type PrincipalAttributeName = keyof typeof PrincipalAttribute

/** Names as getprinc prints them, lowest bit first; bits without a name as `0x00000400`. */
export function principalAttributeNames(attributes: number): readonly string[] {
  const names: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    const mask = (1 << bit) >>> 0
    if ((attributes & mask) !== 0) names.push(NAMES.get(mask) ?? `0x${mask.toString(16).padStart(8, '0')}`)
  }
  return names
}

/**
 * `attributes` with one word carried out, undefined for a word that is none. Words come as kadmin's options (`+requires_preauth`,
 * `-allow_svr`), from kdc.conf (`postdateable, -forwardable`) or as hex (`+0x80`); without a sign `+` is meant, `-` and `_` are the
 * same, and so are capitals.
 */
export function applyAttributeWord(attributes: number, word: string): number | undefined {
  const sign = word.startsWith('-') || word.startsWith('+') ? word[0] : ''
  const name = word
    .slice(sign === '' ? 0 : 1)
    .replaceAll('-', '_')
    .toLowerCase()
  const known = WORDS.get(name)
  const mask = known?.mask ?? (name.startsWith('0x') ? hexMask(name) : undefined)
  if (mask === undefined) return undefined
  const set = (sign === '-') === (known?.permits ?? false)
  return (set ? attributes | mask : attributes & ~mask) >>> 0
}

/** The words that kadmin's usage offers for attributes, one for each. */
export function principalAttributeWords(): readonly string[] {
  const names = Object.keys(PrincipalAttribute).filter(name => name !== 'SUPPORT_DESMD5' && name !== 'NEW_PRINC')
  return names.map(name => SYNONYMS.find(({ attribute }) => attribute === name)?.words[0] ?? name.toLowerCase())
}

/** Hex digits as C reads them: those that are there, and the largest number when they do not fit. */
function hexMask(text: string): number {
  const digits = /^0x([0-9a-f]*)/.exec(text)?.[1] ?? ''
  const value = BigInt(`0x0${digits}`)
  return Number((value > MAX_U64 ? MAX_U64 : value) & 0xffffffffn)
}

const MAX_U64 = 2n ** 64n - 1n

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(PrincipalAttribute).map(([name, mask]) => [mask, name]))

/** Other words for an attribute. Those that permit clear the bit when they are set. */
const SYNONYMS: readonly { readonly attribute: PrincipalAttributeName; readonly permits?: true; readonly words: readonly string[] }[] = [
  { attribute: 'DISALLOW_POSTDATED', permits: true, words: ['allow_postdated', 'postdateable'] },
  { attribute: 'DISALLOW_FORWARDABLE', permits: true, words: ['allow_forwardable', 'forwardable'] },
  { attribute: 'DISALLOW_TGT_BASED', permits: true, words: ['allow_tgs_req', 'tgt_based'] },
  { attribute: 'DISALLOW_RENEWABLE', permits: true, words: ['allow_renewable', 'renewable'] },
  { attribute: 'DISALLOW_PROXIABLE', permits: true, words: ['allow_proxiable', 'proxiable'] },
  { attribute: 'DISALLOW_DUP_SKEY', permits: true, words: ['allow_dup_skey', 'dup_skey'] },
  { attribute: 'DISALLOW_ALL_TIX', permits: true, words: ['allow_tix', 'allow_tickets'] },
  { attribute: 'REQUIRES_PRE_AUTH', words: ['requires_preauth', 'preauth'] },
  { attribute: 'REQUIRES_HW_AUTH', words: ['requires_hwauth', 'hwauth'] },
  { attribute: 'REQUIRES_PWCHANGE', words: ['needchange', 'pwchange'] },
  { attribute: 'DISALLOW_SVR', permits: true, words: ['allow_svr', 'service'] },
  { attribute: 'PWCHANGE_SERVICE', words: ['password_changing_service', 'pwservice'] },
  { attribute: 'SUPPORT_DESMD5', words: ['md5'] },
]

const WORDS: ReadonlyMap<string, { readonly mask: number; readonly permits: boolean }> = new Map([
  ...Object.entries(PrincipalAttribute).map(([name, mask]) => [name.toLowerCase(), { mask, permits: false }] as const),
  ...SYNONYMS.flatMap(row =>
    row.words.map(word => [word, { mask: PrincipalAttribute[row.attribute], permits: row.permits ?? false }] as const),
  ),
])
