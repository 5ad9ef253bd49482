import type { Checksum } from '../asn1/messages/encrypted-data.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { verifyChecksum } from '../crypto/checksum.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { ETYPES } from '../crypto/etypes/index.ts'
import { KrbError } from '../errors/krb-error.ts'
import { ChecksumType, type ChecksumTypeId } from '../registry/checksum-type.ts'
import { KeyUsage } from '../registry/key-usage.ts'
import type { PacBuffer } from './container.ts'
import { outOfRange } from './container.ts'

/** PAC_SIGNATURE_DATA (MS-PAC §2.8): type, checksum, and the number of the read-only domain controller that signed, if one did. */
export interface PacSignature {
  readonly checksum: Checksum
  readonly rodc: number | undefined
}

/**
 * Throws `KRB5KRB_ERR_GENERIC` for a type that proves nothing because it is unkeyed, `KRB5KDC_ERR_SUMTYPE_NOSUPP` for one that is unknown here,
 * `KRB5_BAD_MSIZE` when the buffer is too short for it.
 */
export function decodeSignature(data: Bytes): PacSignature {
  if (data.length < TYPE_OCTETS) throw new KrbError('KRB5_BAD_MSIZE')
  const input = new Reader(data, outOfRange, 'little')
  const cksumtype = input.i32('type')
  if (UNKEYED.has(cksumtype)) throw new KrbError('KRB5KRB_ERR_GENERIC')
  const length = ETYPES.find(({ checksumType }) => checksumType === cksumtype)?.checksumBytes
  if (length === undefined) throw new KrbError('KRB5KDC_ERR_SUMTYPE_NOSUPP')
  if (length > input.left) throw new KrbError('KRB5_BAD_MSIZE')
  const checksum = input.bytes(length, 'checksum')
  return { checksum: { cksumtype, checksum }, rodc: input.left >= 2 ? input.u16('RODC') : undefined }
}

/** Throws as `decodeSignature`, `KRB5_BAD_ENCTYPE` when the signature was not made with a key of this enctype, `KRB5KRB_AP_ERR_MODIFIED` when it is wrong. */
export function verifySignature({ data }: PacBuffer, key: PreparedKey, signed: Bytes): void {
  const { checksum } = decodeSignature(data)
  if (checksum.cksumtype !== key.etype.checksumType) throw new KrbError('KRB5_BAD_ENCTYPE')
  if (!verifyChecksum(key, KeyUsage.APP_DATA_CKSUM, signed, checksum)) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
}

/** A buffer's data with room for a signature by `key`. */
export function emptySignature({ etype }: PreparedKey): Bytes {
  const data = new Uint8Array(TYPE_OCTETS + etype.checksumBytes)
  for (let i = 0; i < TYPE_OCTETS; i++) data[i] = etype.checksumType >>> (8 * i)
  return data
}

/** Signs `signed` in place. */
export function fillSignature({ data }: PacBuffer, key: PreparedKey, signed: Bytes): void {
  data.set(key.etype.checksum(key, KeyUsage.APP_DATA_CKSUM, signed), TYPE_OCTETS)
}

/** What the KDC's signature is over: the server's, without its type. */
export function signatureOctets({ data }: PacBuffer): Bytes {
  if (data.length < TYPE_OCTETS) throw new KrbError('KRB5_BAD_MSIZE')
  return data.subarray(TYPE_OCTETS)
}

const TYPE_OCTETS = 4

const UNKEYED: ReadonlySet<ChecksumTypeId> = new Set([0, ChecksumType.CRC32, ChecksumType.RSA_MD4, ChecksumType.RSA_MD5, ChecksumType.SHA1])
