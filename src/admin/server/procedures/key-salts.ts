import type { KeySalt } from '../../../core/config/key-salts.ts'
import { etypeById } from '../../../core/crypto/etypes/index.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { WireKeySalt } from '../../wire/kadm5/structures.ts'

/**
 * The pairs that a call names, each once. Throws `KRB5_BAD_ENCTYPE` for an enctype that nobody knows, and `KADM5_BAD_KEYSALTS` for more different
 * pairs than there are enctypes and salts: each of them costs a string-to-key.
 */
export function wantedKeySalts(pairs: readonly WireKeySalt[]): readonly KeySalt[] {
  const wanted = new Map<string, KeySalt>()
  for (const { etype, saltType } of pairs) {
    if (etypeById(etype) === undefined) throw new KrbError('KRB5_BAD_ENCTYPE')
    wanted.set(`${etype}:${saltType}`, { etype, saltType })
    if (wanted.size > MAX_PAIRS) throw new KrbError('KADM5_BAD_KEYSALTS')
  }
  return [...wanted.values()]
}

const MAX_PAIRS = 64
