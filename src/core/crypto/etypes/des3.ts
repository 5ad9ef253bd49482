import { type Bytes, concat } from '../../bytes/bytes.ts'
import { ChecksumType } from '../../registry/checksum-type.ts'
import { ETYPE } from '../../registry/etype.ts'
import type { Etype } from '../etype.ts'
import { nfold } from '../nfold.ts'
import { CBC_PADDED_8 } from '../primitives/block-mode.ts'
import { TRIPLE_DES } from '../primitives/cbc.ts'
import type { EtypeRow } from '../profiles/build-etype.ts'
import { simplified } from '../profiles/simplified.ts'

/** The simplified profile over triple DES, RFC 3961 §6.3. */
export const DES3_SHA1: EtypeRow = {
  id: ETYPE.DES3_CBC_SHA1,
  cipher: TRIPLE_DES,
  hash: 'sha1',
  tagBytes: 20,
  checksumType: ChecksumType.HMAC_SHA1_DES3,
  defaultIterations: 0,
}

/** No parameters: what a KDC sends as such is passed over, as in MIT. */
export function des3(row: EtypeRow): Etype {
  return simplified(row, {
    mode: CBC_PADDED_8,
    seedBytes: SEED_BYTES,
    randomToKey: withParity,
    async passwordSeed(password, salt) {
      const text = concat(password, salt)
      const folded = nfold(text, SEED_BYTES)
      text.fill(0)
      return withParity(folded)
    },
  })
}

/**
 * random-to-key, RFC 3961 §6.3.1: each seven octets become eight. The lowest bits of the seven make up the eighth octet (that of the first
 * one above the parity bit), and every octet's lowest bit is then its odd parity.
 */
function withParity(seed: Bytes): Bytes {
  const key = new Uint8Array(24)
  for (let part = 0; part < 3; part++) {
    let eighth = 0
    for (let i = 0; i < 7; i++) {
      const octet = seed[7 * part + i]!
      key[8 * part + i] = odd(octet)
      eighth |= (octet & 1) << (i + 1)
    }
    key[8 * part + 7] = odd(eighth)
  }
  return key
}

function odd(octet: number): number {
  let ones = octet >>> 1
  ones ^= ones >>> 4
  ones ^= ones >>> 2
  ones ^= ones >>> 1
  return (octet & 0xfe) | (~ones & 1)
}

const SEED_BYTES = 21
