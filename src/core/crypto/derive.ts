import type { Bytes } from '../bytes/bytes.ts'
import type { KeyUsageId } from '../registry/key-usage.ts'
import { nfold } from './nfold.ts'
import type { Cbc } from './primitives/cbc.ts'
import type { CmacKey } from './primitives/cmac.ts'
import type { HmacKey } from './primitives/hmac.ts'

/** What a derived key is for: the last octet of the constant (RFC 3961 §5.3, RFC 8009 §5). */
export const DERIVED = { CHECKSUM: 0x99, ENCRYPTION: 0xaa, INTEGRITY: 0x55 } as const

/** usage | purpose, five octets. */
export function usageConstant(usage: KeyUsageId, purpose: number): Bytes {
  return Uint8Array.of(usage >>> 24, usage >>> 16, usage >>> 8, usage, purpose)
}

/**
 * DR (RFC 3961 §5.1): `length` octets from the key that `cbc` is opened with. K1 = E(n-fold(constant)), K2 = E(K1) and so on, which is
 * CBC of the folded constant followed by zeros.
 */
export function deriveRandom(cbc: Cbc, blockBytes: number, constant: Bytes, length: number): Bytes {
  const blocks = new Uint8Array(Math.ceil(length / blockBytes) * blockBytes)
  blocks.set(constant.length === blockBytes ? constant : nfold(constant, blockBytes))
  return cbc.encrypt(blocks).subarray(0, length)
}

/** KDF-HMAC-SHA2 (RFC 8009 §3) for at most one hash length: HMAC(key, 1 | label | 0 | context | length in bits). */
export function kdfHmacSha2(key: HmacKey, label: Bytes, context: Bytes, length: number): Bytes {
  return key.digest(length, ONE, label, ZERO, context, uint32(length * 8))
}

/** KDF-FEEDBACK-CMAC (RFC 6803 §3): K(i) = CMAC(key, K(i-1) | i | constant | 0 | length in bits), K(0) all zeros. */
export function kdfFeedbackCmac(key: CmacKey, constant: Bytes, length: number): Bytes {
  const out = new Uint8Array(Math.ceil(length / CMAC_BYTES) * CMAC_BYTES)
  let last: Bytes = new Uint8Array(CMAC_BYTES)
  for (let at = 0; at < length; at += CMAC_BYTES) {
    last = key.digest(CMAC_BYTES, last, uint32(at / CMAC_BYTES + 1), constant, ZERO, uint32(length * 8))
    out.set(last, at)
  }
  return out.subarray(0, length)
}

function uint32(value: number): Bytes {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

const ONE = Uint8Array.of(0, 0, 0, 1)
const ZERO = Uint8Array.of(0)
const CMAC_BYTES = 16
