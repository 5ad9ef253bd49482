import type { Bytes } from '../../core/bytes/bytes.ts'
import { EMPTY } from '../../core/bytes/bytes.ts'
import { encodeText } from '../../core/bytes/text.ts'
import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import { type KeySalt, parseKeySalts, SaltType } from '../../core/config/key-salts.ts'
import { randomKey } from '../../core/crypto/encrypted-data.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { etypeById } from '../../core/crypto/etypes/index.ts'
import { keyFromPassword } from '../../core/crypto/string-to-key.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { defaultSalt } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { KeyData, PolicyEntry } from '../../kdc/store/entry.ts'

/** A key with its salt, not yet sealed. */
export interface FreshKey {
  readonly key: Key
  readonly saltType: number
  readonly salt: Bytes
}

/** The database's list, without what cannot be made here (an OpenSSL of its own mind): MIT, too, passes over words it has no enctype for. */
export function supportedKeySalts({ supportedEnctypes }: KdcConfig): readonly KeySalt[] {
  const possible = supportedEnctypes.filter(({ etype }) => etypeById(etype) !== undefined)
  return possible.length > 0 ? possible : supportedEnctypes
}

/**
 * The list that new keys follow: what was asked for, else the policy's, else the database's. A policy's list bounds what may be
 * asked for and gives the order. Throws `KADM5_BAD_KEYSALTS`.
 */
export function chooseKeySalts(asked: readonly KeySalt[], policy: PolicyEntry | undefined, config: KdcConfig): readonly KeySalt[] {
  if (policy?.allowedKeySalts === undefined) return asked.length > 0 ? asked : supportedKeySalts(config)
  const allowed = parseKeySalts(policy.allowedKeySalts)
  if (asked.length === 0) return allowed
  if (asked.some(wanted => !allowed.some(keySalt => same(keySalt, wanted)))) throw new KrbError('KADM5_BAD_KEYSALTS')
  return allowed.filter(keySalt => asked.some(wanted => same(keySalt, wanted)))
}

/** A key for every entry of the list, one per enctype and salt type; the hashing runs in the thread pool. */
export async function keysFromPassword(
  principal: Principal,
  password: Secret,
  keySalts: readonly KeySalt[],
  random: (length: number) => Bytes,
): Promise<readonly FreshKey[]> {
  const wanted = keySalts.filter((keySalt, i) => keySalts.findIndex(other => same(other, keySalt)) === i)
  return Promise.all(
    wanted.map(async ({ etype, saltType }) => {
      const salt = saltFor(principal, saltType, random)
      const key = await keyFromPassword(etype, password, salt)
      return { key, saltType, salt: saltType === SaltType.NORMAL ? EMPTY : salt }
    }),
  )
}

/** One random key per enctype of the list; salts mean nothing to random keys. */
export function randomKeys(keySalts: readonly KeySalt[], random: (length: number) => Bytes): readonly FreshKey[] {
  const etypes = [...new Set(keySalts.map(({ etype }) => etype))]
  return etypes.map(etype => ({ key: randomKey(etype, random), saltType: SaltType.NORMAL, salt: EMPTY }))
}

/** Wipes the plain keys, once they are sealed. */
export function wipeKeys(keys: readonly FreshKey[]): void {
  for (const { key } of keys) key.value.wipe()
}

/** The salt that belongs to a stored key, whatever its kind (RFC 4120 §4 for the ordinary one). */
export function saltOfKey(principal: Principal, { saltType, salt }: KeyData): Bytes {
  return saltType === SaltType.SPECIAL ? salt : saltFor(principal, saltType, never)
}

function saltFor(principal: Principal, saltType: number, random: (length: number) => Bytes): Bytes {
  if (saltType === SaltType.NORMAL) return defaultSalt(principal)
  if (saltType === SaltType.NOREALM) return defaultSalt({ ...principal, realm: '' })
  if (saltType === SaltType.ONLYREALM) return encodeText(principal.realm)
  if (saltType === SaltType.SPECIAL) return randomSalt(random)
  throw new KrbError('KRB5_KDB_BAD_SALTTYPE')
}

/** 64 random bits as 16 printable characters, the high half of each octet first: salts are ASCII by RFC 4120. */
function randomSalt(random: (length: number) => Bytes): Bytes {
  return Uint8Array.from(Array.from(random(8)).flatMap(octet => [0x40 | (octet >> 4), 0x40 | (octet & 0x0f)]))
}

function same(a: KeySalt, b: KeySalt): boolean {
  return a.etype === b.etype && a.saltType === b.saltType
}

function never(): never {
  throw new Error('a stored salt is not made at random')
}
