import type { Bytes } from '../../bytes/bytes.ts'
import type { KeyUsageId } from '../../registry/key-usage.ts'
import { DERIVED, deriveRandom, usageConstant } from '../derive.ts'
import type { Etype } from '../etype.ts'
import { nfold } from '../nfold.ts'
import type { BlockMode } from '../primitives/block-mode.ts'
import type { Cbc } from '../primitives/cbc.ts'
import { digest } from '../primitives/hash.ts'
import { HASH_BYTES, HmacKey } from '../primitives/hmac.ts'
import { buildEtype, type EtypeRow } from './build-etype.ts'
import type { Derivation } from './derived-keys.ts'

/** What the simplified profile leaves open. */
export interface SimplifiedChoices {
  readonly mode: BlockMode
  readonly seedBytes: number
  /** Fresh octets. */
  randomToKey(seed: Bytes): Bytes
  /** The key that string-to-key derives the password's key from. */
  passwordSeed(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes>
}

/**
 * The simplified profile (RFC 3961 §5.3): E(Ke, confounder | plaintext | pad), then the HMAC under Ki of confounder | plaintext | pad.
 * Its pseudo-random function encrypts the whole blocks of the input's hash.
 */
export function simplified(row: EtypeRow, { mode, seedBytes, randomToKey, passwordSeed }: SimplifiedChoices): Etype {
  const { cipher, hash, tagBytes } = row
  const { keyBytes, blockBytes } = cipher
  const prfBytes = HASH_BYTES[hash] - (HASH_BYTES[hash] % blockBytes)

  /** The constants of the few usages that there are, folded once. */
  const folded = new Map<number, Bytes>()

  function constantOf(usage: KeyUsageId, purpose: number): Bytes {
    const name = usage * 0x100 + purpose
    const known = folded.get(name)
    if (known !== undefined) return known
    const constant = nfold(usageConstant(usage, purpose), blockBytes)
    folded.set(name, constant)
    return constant
  }

  function derivation(octets: Bytes): Derivation {
    const base = cipher.open(octets)
    const derive = (constant: Bytes) => randomToKey(deriveRandom(base, blockBytes, constant, seedBytes))
    const macKey = (usage: KeyUsageId, purpose: number) => new HmacKey(hash, derive(constantOf(usage, purpose)))
    return {
      message(usage) {
        const encryption = cipher.open(derive(constantOf(usage, DERIVED.ENCRYPTION)))
        const integrity = macKey(usage, DERIVED.INTEGRITY)
        return {
          seal: (plaintext, confounder) => seal(encryption, integrity, plaintext, confounder),
          open: ciphertext => open(encryption, integrity, ciphertext),
        }
      },
      checksum: usage => macKey(usage, DERIVED.CHECKSUM),
      prf: data => new Uint8Array(cipher.open(derive(PRF)).encrypt(digest(hash, data).subarray(0, prfBytes))),
    }
  }

  function seal(encryption: Cbc, integrity: HmacKey, plaintext: Bytes, confounder: Bytes): Bytes {
    const { room } = integrity
    const text = blockBytes + plaintext.length
    const length = wholeBlocks(text, mode.padTo)
    const frame = Buffer.allocUnsafe(room + wholeBlocks(text, blockBytes))
    frame.set(confounder, room)
    frame.set(plaintext, room + blockBytes)
    frame.fill(0, room + text)
    const out = Buffer.allocUnsafe(length + tagBytes)
    integrity.sign(frame.subarray(0, room + length), out, length, tagBytes)
    out.set(mode.encrypt(encryption, frame.subarray(room), length))
    return new Uint8Array(out.buffer, out.byteOffset, out.length)
  }

  function open(encryption: Cbc, integrity: HmacKey, ciphertext: Bytes): Bytes | undefined {
    const { room } = integrity
    const length = ciphertext.length - tagBytes
    const text = mode.decrypt(encryption, ciphertext.subarray(0, length))
    if (text === undefined) return undefined
    const frame = Buffer.allocUnsafe(room + length)
    frame.set(text, room)
    if (!integrity.verify(frame, ciphertext.subarray(length))) return undefined
    return new Uint8Array(frame.buffer, frame.byteOffset + room + blockBytes, length - blockBytes)
  }

  /** DK(key of the password, "kerberos"): RFC 3961 §6.3.1, RFC 3962 §4. */
  async function stringToKey(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes> {
    const seed = await passwordSeed(password, salt, params)
    const base = cipher.open(seed)
    seed.fill(0)
    return randomToKey(deriveRandom(base, blockBytes, KERBEROS, seedBytes))
  }

  const shape = { ...row, keyBytes, seedBytes, confounderBytes: blockBytes, prfBytes, padTo: mode.padTo }
  return buildEtype(shape, { randomToKey, derivation, stringToKey })
}

function wholeBlocks(length: number, blockBytes: number): number {
  return Math.ceil(length / blockBytes) * blockBytes
}

const KERBEROS: Bytes = new TextEncoder().encode('kerberos')
const PRF: Bytes = new TextEncoder().encode('prf')
