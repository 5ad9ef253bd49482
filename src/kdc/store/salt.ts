import { type Bytes, concat } from '../../core/bytes/bytes.ts'
import { encodeText } from '../../core/bytes/text.ts'
import { defaultSalt, type Principal } from '../../core/principal/principal.ts'
import type { KeyData } from './entry.ts'

/** Kinds of salt of a stored key (docs/formats/mit-database.md). */
const SaltType = { NORMAL: 0, NOREALM: 2, ONLYREALM: 3, SPECIAL: 4 } as const

/** The salt that a key's password is mixed with; what the client is told in ETYPE-INFO2. */
export function saltOf(principal: Principal, { saltType, salt }: Pick<KeyData, 'saltType' | 'salt'>): Bytes {
  switch (saltType) {
    case SaltType.NORMAL:
      return defaultSalt(principal)
    case SaltType.NOREALM:
      return concat(...principal.components.map(encodeText))
    case SaltType.ONLYREALM:
      return encodeText(principal.realm)
    default:
      return salt
  }
}
