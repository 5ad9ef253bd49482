import type { Bytes } from '../../bytes/bytes.ts'
import type { KeyUsageId } from '../../registry/key-usage.ts'
import { DERIVED, deriveRandom, usageConstant } from '../derive.ts'
import type { Etype } from '../etype.ts'
import { ctsDecrypt, ctsEncrypt } from '../primitives/cts.ts'
import { digest } from '../primitives/hash.ts'
import { HmacKey } from '../primitives/hmac.ts'
import { pbkdf2 } from '../primitives/pbkdf2.ts'
import { aesEtype, type EtypeRow } from './aes-etype.ts'
import type { Derivation, MessageKeys } from './derived-keys.ts'
import { iterationCount } from './iteration-count.ts'

/**
 * The simplified profile (RFC 3961 §5.3) as RFC 3962 §6 fills it in: E(Ke, confounder | plaintext) in CTS mode, then the HMAC
 * under Ki of confounder | plaintext.
 */
export function simplified(row: EtypeRow): Etype {
  const { cipher, hash, tagBytes } = row
  const { keyBytes, blockBytes } = cipher

  function derivation(octets: Bytes): Derivation {
    const base = cipher.open(octets)
    const derive = (constant: Bytes) => deriveRandom(base, blockBytes, constant, keyBytes)
    const macKey = (usage: KeyUsageId, purpose: number) => new HmacKey(hash, derive(usageConstant(usage, purpose)))
    return {
      message: usage => ({
        encryption: cipher.open(derive(usageConstant(usage, DERIVED.ENCRYPTION))),
        integrity: macKey(usage, DERIVED.INTEGRITY),
      }),
      checksum: usage => macKey(usage, DERIVED.CHECKSUM),
      prf: data => new Uint8Array(cipher.open(derive(PRF)).encrypt(digest(hash, data).subarray(0, blockBytes))),
    }
  }

  function seal({ encryption, integrity }: MessageKeys, plaintext: Bytes, confounder: Bytes): Bytes {
    const { room } = integrity
    const length = blockBytes + plaintext.length
    const frame = Buffer.allocUnsafe(room + wholeBlocks(length, blockBytes))
    frame.set(confounder, room)
    frame.set(plaintext, room + blockBytes)
    frame.fill(0, room + length)
    const out = Buffer.allocUnsafe(length + tagBytes)
    integrity.sign(frame.subarray(0, room + length), out, length, tagBytes)
    out.set(ctsEncrypt(encryption, frame.subarray(room), length))
    return new Uint8Array(out.buffer, out.byteOffset, out.length)
  }

  function open({ encryption, integrity }: MessageKeys, ciphertext: Bytes): Bytes | undefined {
    const { room } = integrity
    const length = ciphertext.length - tagBytes
    const frame = Buffer.allocUnsafe(room + length)
    frame.set(ctsDecrypt(encryption, ciphertext.subarray(0, length)), room)
    if (!integrity.verify(frame, ciphertext.subarray(length))) return undefined
    return new Uint8Array(frame.buffer, frame.byteOffset + room + blockBytes, length - blockBytes)
  }

  /** RFC 3962 §4: DK(PBKDF2(password, salt), "kerberos"). */
  async function stringToKey(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes> {
    const seed = await pbkdf2(hash, password, salt, iterationCount(params, row.defaultIterations), keyBytes)
    const base = cipher.open(seed)
    seed.fill(0)
    return deriveRandom(base, blockBytes, KERBEROS, keyBytes)
  }

  return aesEtype(row, { prfBytes: blockBytes, derivation, seal, open, stringToKey })
}

function wholeBlocks(length: number, blockBytes: number): number {
  return Math.ceil(length / blockBytes) * blockBytes
}

const KERBEROS: Bytes = new TextEncoder().encode('kerberos')
const PRF: Bytes = new TextEncoder().encode('prf')
