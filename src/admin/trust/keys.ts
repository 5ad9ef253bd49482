import { EMPTY } from '../../core/bytes/bytes.ts'
import { SaltType } from '../../core/config/key-salts.ts'
import { randomKey } from '../../core/crypto/encrypted-data.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { keyFromPassword } from '../../core/crypto/string-to-key.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { defaultSalt, type Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { Secret } from '../../core/secret/secret.ts'
import type { AdminApi } from '../api.ts'
import { VERBS } from '../language/index.ts'

type Random = (length: number) => Uint8Array

/** The keys of one direction as both databases shall hold them. */
export interface SharedKeys {
  readonly principal: Principal
  readonly kvno: number
  readonly keys: readonly Key[]
}

export function randomSharedKeys(principal: Principal, kvno: number, etypes: readonly EtypeId[], random: Random): SharedKeys {
  return { principal, kvno, keys: etypes.map(etype => randomKey(etype, random)) }
}

/** As any kadmin makes them of a password: with the ordinary salt of the principal, which is the same on both sides. */
export async function passwordSharedKeys(
  principal: Principal,
  kvno: number,
  etypes: readonly EtypeId[],
  password: Secret,
): Promise<SharedKeys> {
  const salt = defaultSalt(principal)
  return { principal, kvno, keys: await Promise.all(etypes.map(etype => keyFromPassword(etype, password, salt))) }
}

/**
 * Puts the keys into a database. `new` is an entry without any policy; one that could not be completed is removed. `beside` leaves the present
 * keys, which go on opening what was sealed with them; `instead` does not. Throws `KADM5_DUP`.
 */
export async function storeSharedKeys(
  { principal, kvno, keys }: SharedKeys,
  how: 'new' | 'beside' | 'instead',
  api: AdminApi,
): Promise<void> {
  const made = keys.map(key => ({ kvno, key, saltType: SaltType.NORMAL, salt: EMPTY }))
  if (how !== 'new') {
    await api.call(VERBS.setKeys, { principal, keys: made, keepOld: how === 'beside' })
    return
  }
  const keySalts = keys.map(({ etype }) => ({ etype, saltType: SaltType.NORMAL }))
  await api.call(VERBS.addPrincipal, { principal, change: { attributes: 0, kvno }, keySalts, keys: { from: 'random' } })
  try {
    await api.call(VERBS.setKeys, { principal, keys: made, keepOld: false })
  } catch (error) {
    if (error instanceof KrbError) await api.call(VERBS.deletePrincipal, { principal })
    throw error
  }
}

export function wipeSharedKeys({ keys }: SharedKeys): void {
  for (const { value } of keys) value.wipe()
}

/**
 * A password that every kadmin and Active Directory takes and a person can copy: 40 letters and digits, at least one of each kind,
 * 230 bits.
 */
export function generatedPassword(random: Random): Secret {
  for (;;) {
    const letters: number[] = []
    while (letters.length < PASSWORD_LENGTH) {
      // Octets beyond the last whole round of the alphabet would make its beginning likelier.
      const fair = [...random(PASSWORD_LENGTH)].filter(octet => octet < ALPHABET.length * Math.floor(256 / ALPHABET.length))
      letters.push(...fair.map(octet => ALPHABET.charCodeAt(octet % ALPHABET.length)))
    }
    const password = Uint8Array.from(letters.slice(0, PASSWORD_LENGTH))
    if (KINDS.every(([from, to]) => password.some(octet => octet >= from && octet <= to))) return new Secret(password)
  }
}

/** Without letters and digits that look alike: 0 O, 1 I l. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const PASSWORD_LENGTH = 40
const KINDS = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
] as const
