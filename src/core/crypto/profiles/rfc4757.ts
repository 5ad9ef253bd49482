import { type Bytes, concat } from '../../bytes/bytes.ts'
import { KrbError } from '../../errors/krb-error.ts'
import { KeyUsage, type KeyUsageId } from '../../registry/key-usage.ts'
import type { Etype } from '../etype.ts'
import { sameSecret } from '../primitives/constant-time.ts'
import { digest } from '../primitives/hash.ts'
import { HASH_BYTES, HmacKey } from '../primitives/hmac.ts'
import { md4 } from '../primitives/md4.ts'
import { rc4 } from '../primitives/rc4.ts'
import { buildEtype, copyOfSeed, type EtypeRow } from './build-etype.ts'
import type { Derivation, Mac, MessageKeys } from './derived-keys.ts'
import { utf16OfPassword } from './utf16-of-password.ts'

/** RFC 4757: HMAC-MD5 of confounder | plaintext first, then RC4 of both under a key that depends on that HMAC. */
export function rfc4757(row: Pick<EtypeRow, 'id' | 'checksumType'> & { readonly exportable: boolean }): Etype {
  function derivation(octets: Bytes): Derivation {
    const base = new HmacKey('md5', octets)
    const signing = signingKey(base)
    const prfKey = new HmacKey('sha1', octets)
    const message = (usage: KeyUsageId) => messageKeys(base, messageUsage(usage), row.exportable)
    return {
      // RFC 4757 §3 has 8 for replies under a subkey, Windows and everybody since has 9: send 9, take both.
      message: usage => (usage === KeyUsage.TGS_REP_ENCPART_SUBKEY ? orElse(message(usage), message(8)) : message(usage)),
      checksum: usage => checksumUnder(signing, messageUsage(usage)),
      prf: data => prfKey.digest(HASH_BYTES.sha1, data),
    }
  }

  const shape = {
    id: row.id,
    checksumType: row.checksumType,
    keyBytes: 16,
    seedBytes: 16,
    confounderBytes: 8,
    tagBytes: MD5_BYTES,
    prfBytes: HASH_BYTES.sha1,
    padTo: 1,
    defaultIterations: 0,
  }
  return buildEtype(shape, { randomToKey: copyOfSeed, derivation, stringToKey })
}

function messageKeys(base: HmacKey, usage: number, exportable: boolean): MessageKeys {
  const usageOctets = exportable ? concat(FORTY_BITS, littleEndian(usage)) : littleEndian(usage)
  const usageKey = base.digest(MD5_BYTES, usageOctets)
  const integrity = new HmacKey('md5', usageKey)
  if (exportable) usageKey.fill(0xab, 7)
  const encryption = new HmacKey('md5', usageKey)
  const cipherKey = (tag: Bytes) => encryption.digest(MD5_BYTES, tag)
  return {
    seal(plaintext, confounder) {
      const text = concat(confounder, plaintext)
      const tag = integrity.digest(MD5_BYTES, text)
      return concat(tag, rc4(cipherKey(tag), text))
    },
    open(ciphertext) {
      const tag = ciphertext.subarray(0, MD5_BYTES)
      const text = rc4(cipherKey(tag), ciphertext.subarray(MD5_BYTES))
      return sameSecret(integrity.digest(MD5_BYTES, text), tag) ? text.subarray(CONFOUNDER_BYTES) : undefined
    },
  }
}

function orElse(first: MessageKeys, second: MessageKeys): MessageKeys {
  return { seal: first.seal, open: ciphertext => first.open(ciphertext) ?? second.open(ciphertext) }
}

/** The checksum of RFC 4757 §4 under the octets of any key: MS-SFU wants it whatever the enctype. */
export function hmacMd5Checksum(key: Bytes, usage: KeyUsageId, data: Bytes): Bytes {
  return checksumUnder(signingKey(new HmacKey('md5', key)), messageUsage(usage)).digest(MD5_BYTES, data)
}

function signingKey(base: HmacKey): HmacKey {
  return new HmacKey('md5', base.digest(MD5_BYTES, SIGNATURE_KEY))
}

/** HMAC(signing key, MD5(usage | data)), RFC 4757 §4. */
function checksumUnder(signing: HmacKey, usage: number): Mac {
  const octets = littleEndian(usage)
  return { digest: (length, ...parts) => signing.digest(length, digest('md5', concat(octets, ...parts))) }
}

/** Microsoft's numbers for some of the key usages, RFC 4757 §3. */
function messageUsage(usage: KeyUsageId): number {
  if (usage === KeyUsage.AS_REP_ENCPART) return 8
  return usage === KeyUsage.GSS_ACCEPTOR_SIGN ? 13 : usage
}

/** RFC 4757 §2: MD4 of the password in UTF-16, no salt, no parameters. */
async function stringToKey(password: Bytes, _salt: Bytes, params: Bytes | undefined): Promise<Bytes> {
  if (params !== undefined) throw new KrbError('KRB5_ERR_BAD_S2K_PARAMS')
  const text = utf16OfPassword(password)
  const key = md4(text)
  text.fill(0)
  return key
}

function littleEndian(value: number): Bytes {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24)
}

const MD5_BYTES = HASH_BYTES.md5
const CONFOUNDER_BYTES = 8
const SIGNATURE_KEY: Bytes = new TextEncoder().encode('signaturekey\0')
const FORTY_BITS: Bytes = new TextEncoder().encode('fortybits\0')
