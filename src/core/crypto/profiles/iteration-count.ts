import type { Bytes } from '../../bytes/bytes.ts'
import { KrbError } from '../../errors/krb-error.ts'

/**
 * PBKDF2 rounds from s2kparams: four octets, most significant first (RFC 3962 §4, RFC 8009 §4). Refused as in MIT: fewer than the
 * default, zero (it means 2^32) and 2^24 or more.
 */
export function iterationCount(params: Bytes | undefined, standard: number): number {
  if (params === undefined) return standard
  if (params.length !== 4) throw new KrbError('KRB5_ERR_BAD_S2K_PARAMS')
  const rounds = new DataView(params.buffer, params.byteOffset).getUint32(0)
  if (rounds === 0 || rounds < standard || rounds >= TOO_MANY) throw new KrbError('KRB5_ERR_BAD_S2K_PARAMS')
  return rounds
}

const TOO_MANY = 0x1000000
