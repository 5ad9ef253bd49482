import { type EtypeId, etypeIdByName } from '../registry/etype.ts'

/** What a password key is made with: an enctype and a kind of salt (docs/formats/mit-database.md). */
export interface KeySalt {
  readonly etype: EtypeId
  readonly saltType: SaltTypeId
}

export type SaltTypeId = number

/** Kinds of salt as the database numbers them. */
export const SaltType = { NORMAL: 0, NOREALM: 2, ONLYREALM: 3, SPECIAL: 4 } as const satisfies Record<string, SaltTypeId>

/**
 * `aes256-cts:normal aes128-cts`: names or aliases of enctypes (no families), with or without a salt, separated by blanks or commas, in any
 * case. As in MIT, pairs that mean nothing and repeats are left out; an empty result is for the caller to judge.
 */
export function parseKeySalts(text: string): readonly KeySalt[] {
  const pairs = new Map<string, KeySalt>()
  for (const word of text.split(/[, \t]+/)) {
    const colon = word.indexOf(':')
    const etype = etypeIdByName(colon < 0 ? word : word.slice(0, colon))
    const saltType = colon < 0 ? SaltType.NORMAL : SALT_NAMES.get(word.slice(colon + 1).toLowerCase())
    if (etype !== undefined && saltType !== undefined) pairs.set(`${etype}:${saltType}`, { etype, saltType })
  }
  return [...pairs.values()]
}

/** `norealm`, or undefined for a number without a name. */
export function saltTypeName(saltType: SaltTypeId): string | undefined {
  return [...SALT_NAMES].find(([, number]) => number === saltType)?.[0]
}

const SALT_NAMES: ReadonlyMap<string, SaltTypeId> = new Map([
  ['normal', SaltType.NORMAL],
  ['norealm', SaltType.NOREALM],
  ['onlyrealm', SaltType.ONLYREALM],
  ['special', SaltType.SPECIAL],
])
