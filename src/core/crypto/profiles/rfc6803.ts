import type { Bytes } from '../../bytes/bytes.ts'
import type { KeyUsageId } from '../../registry/key-usage.ts'
import { DERIVED, kdfFeedbackCmac, usageConstant } from '../derive.ts'
import type { Etype } from '../etype.ts'
import type { Cbc } from '../primitives/cbc.ts'
import { CmacKey } from '../primitives/cmac.ts'
import { sameSecret } from '../primitives/constant-time.ts'
import { ctsDecrypt, ctsEncrypt } from '../primitives/cts.ts'
import { pbkdf2 } from '../primitives/pbkdf2.ts'
import { buildEtype, copyOfSeed, type EtypeRow } from './build-etype.ts'
import type { Derivation } from './derived-keys.ts'
import { iterationCount } from './iteration-count.ts'
import { namedSalt } from './named-salt.ts'

/** RFC 6803: E(Ke, confounder | plaintext) in CTS mode, then the CMAC under Ki of confounder | plaintext. The row's hash is PBKDF2's. */
export function rfc6803(row: EtypeRow): Etype {
  const { cipher, tagBytes } = row
  const { keyBytes, blockBytes } = cipher

  function derivation(octets: Bytes): Derivation {
    const base = new CmacKey(cipher.open(octets))
    const derived = (constant: Bytes) => cipher.open(kdfFeedbackCmac(base, constant, keyBytes))
    return {
      message(usage: KeyUsageId) {
        const encryption = derived(usageConstant(usage, DERIVED.ENCRYPTION))
        const integrity = new CmacKey(derived(usageConstant(usage, DERIVED.INTEGRITY)))
        return {
          seal: (plaintext, confounder) => seal(encryption, integrity, plaintext, confounder),
          open: ciphertext => open(encryption, integrity, ciphertext),
        }
      },
      checksum: usage => new CmacKey(derived(usageConstant(usage, DERIVED.CHECKSUM))),
      prf: data => new CmacKey(derived(PRF)).digest(blockBytes, data),
    }
  }

  function seal(encryption: Cbc, integrity: CmacKey, plaintext: Bytes, confounder: Bytes): Bytes {
    const length = blockBytes + plaintext.length
    const padded = new Uint8Array(Math.ceil(length / blockBytes) * blockBytes)
    padded.set(confounder)
    padded.set(plaintext, blockBytes)
    const out = new Uint8Array(length + tagBytes)
    out.set(integrity.digest(tagBytes, padded.subarray(0, length)), length)
    out.set(ctsEncrypt(encryption, padded, length))
    return out
  }

  function open(encryption: Cbc, integrity: CmacKey, ciphertext: Bytes): Bytes | undefined {
    const length = ciphertext.length - tagBytes
    const text = ctsDecrypt(encryption, ciphertext.subarray(0, length))
    return sameSecret(integrity.digest(tagBytes, text), ciphertext.subarray(length)) ? new Uint8Array(text.subarray(blockBytes)) : undefined
  }

  /** RFC 6803 §4. */
  async function stringToKey(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes> {
    const seed = await pbkdf2(row.hash, password, namedSalt(row.id, salt), iterationCount(params, row.defaultIterations), keyBytes)
    const base = new CmacKey(cipher.open(seed))
    seed.fill(0)
    return kdfFeedbackCmac(base, KERBEROS, keyBytes)
  }

  const shape = { ...row, keyBytes, seedBytes: keyBytes, confounderBytes: blockBytes, prfBytes: blockBytes, padTo: 1 }
  return buildEtype(shape, { randomToKey: copyOfSeed, derivation, stringToKey })
}

const KERBEROS: Bytes = new TextEncoder().encode('kerberos')
const PRF: Bytes = new TextEncoder().encode('prf')
