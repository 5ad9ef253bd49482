import type { Bytes } from '../../bytes/bytes.ts'
import { EMPTY } from '../../bytes/bytes.ts'
import type { KeyUsageId } from '../../registry/key-usage.ts'
import { DERIVED, kdfHmacSha2, usageConstant } from '../derive.ts'
import type { Etype } from '../etype.ts'
import type { Cbc } from '../primitives/cbc.ts'
import { ctsDecrypt, ctsEncrypt } from '../primitives/cts.ts'
import { HASH_BYTES, HmacKey } from '../primitives/hmac.ts'
import { pbkdf2 } from '../primitives/pbkdf2.ts'
import { buildEtype, copyOfSeed, type EtypeRow } from './build-etype.ts'
import type { Derivation } from './derived-keys.ts'
import { iterationCount } from './iteration-count.ts'
import { namedSalt } from './named-salt.ts'

/** RFC 8009 §5: C = E(Ke, confounder | plaintext) in CTS mode, then the HMAC under Ki of initial vector | C. Ki and Kc are as long as the tag. */
export function rfc8009(row: EtypeRow): Etype {
  const { cipher, hash, tagBytes } = row
  const { keyBytes, blockBytes } = cipher
  const prfBytes = HASH_BYTES[hash]

  function derivation(octets: Bytes): Derivation {
    const base = new HmacKey(hash, octets)
    const macKey = (usage: KeyUsageId, purpose: number) =>
      new HmacKey(hash, kdfHmacSha2(base, usageConstant(usage, purpose), EMPTY, tagBytes))
    return {
      message(usage) {
        const encryption = cipher.open(kdfHmacSha2(base, usageConstant(usage, DERIVED.ENCRYPTION), EMPTY, keyBytes))
        const integrity = macKey(usage, DERIVED.INTEGRITY)
        return {
          seal: (plaintext, confounder) => seal(encryption, integrity, plaintext, confounder),
          open: ciphertext => open(encryption, integrity, ciphertext),
        }
      },
      checksum: usage => macKey(usage, DERIVED.CHECKSUM),
      prf: data => kdfHmacSha2(base, PRF, data, prfBytes),
    }
  }

  function seal(encryption: Cbc, integrity: HmacKey, plaintext: Bytes, confounder: Bytes): Bytes {
    const length = blockBytes + plaintext.length
    const padded = Buffer.allocUnsafe(Math.ceil(length / blockBytes) * blockBytes)
    padded.set(confounder)
    padded.set(plaintext, blockBytes)
    padded.fill(0, length)
    const start = integrity.room + blockBytes
    const frame = Buffer.allocUnsafe(start + length + tagBytes)
    frame.fill(0, integrity.room, start)
    frame.set(ctsEncrypt(encryption, padded, length), start)
    integrity.sign(frame.subarray(0, start + length), frame, start + length, tagBytes)
    return new Uint8Array(frame.buffer, frame.byteOffset + start, length + tagBytes)
  }

  function open(encryption: Cbc, integrity: HmacKey, ciphertext: Bytes): Bytes | undefined {
    const length = ciphertext.length - tagBytes
    const start = integrity.room + blockBytes
    const frame = Buffer.allocUnsafe(start + length)
    frame.fill(0, integrity.room, start)
    const encrypted = ciphertext.subarray(0, length)
    frame.set(encrypted, start)
    if (!integrity.verify(frame, ciphertext.subarray(length))) return undefined
    const text = ctsDecrypt(encryption, encrypted)
    return new Uint8Array(text.buffer, text.byteOffset + blockBytes, length - blockBytes)
  }

  /** RFC 8009 §4. */
  async function stringToKey(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes> {
    const seed = await pbkdf2(hash, password, namedSalt(row.id, salt), iterationCount(params, row.defaultIterations), keyBytes)
    const base = new HmacKey(hash, seed)
    seed.fill(0)
    return kdfHmacSha2(base, KERBEROS, EMPTY, keyBytes)
  }

  const shape = { ...row, keyBytes, seedBytes: keyBytes, confounderBytes: blockBytes, prfBytes, padTo: 1 }
  return buildEtype(shape, { randomToKey: copyOfSeed, derivation, stringToKey })
}

const KERBEROS: Bytes = new TextEncoder().encode('kerberos')
const PRF: Bytes = new TextEncoder().encode('prf')
