import type { Etype } from '../etype.ts'
import { CTS } from '../primitives/block-mode.ts'
import { pbkdf2 } from '../primitives/pbkdf2.ts'
import { copyOfSeed, type EtypeRow } from './build-etype.ts'
import { iterationCount } from './iteration-count.ts'
import { simplified } from './simplified.ts'

/** The simplified profile as RFC 3962 fills it in: ciphertext stealing (§5) and PBKDF2 (§4). */
export function rfc3962(row: EtypeRow): Etype {
  const { keyBytes } = row.cipher
  return simplified(row, {
    mode: CTS,
    seedBytes: keyBytes,
    randomToKey: copyOfSeed,
    passwordSeed: async (password, salt, params) =>
      pbkdf2(row.hash, password, salt, iterationCount(params, row.defaultIterations), keyBytes),
  })
}
