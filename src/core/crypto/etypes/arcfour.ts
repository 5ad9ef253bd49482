import { ChecksumType } from '../../registry/checksum-type.ts'
import { ETYPE } from '../../registry/etype.ts'
import type { Etype } from '../etype.ts'
import { rfc4757 } from '../profiles/rfc4757.ts'

export const ARCFOUR: Etype = rfc4757({ id: ETYPE.ARCFOUR_HMAC, checksumType: ChecksumType.HMAC_MD5_ARCFOUR, exportable: false })

/** 40 bits of strength: only with allow_weak_crypto. */
export const ARCFOUR_EXPORTABLE: Etype = rfc4757({
  id: ETYPE.ARCFOUR_HMAC_EXP,
  checksumType: ChecksumType.HMAC_MD5_ARCFOUR,
  exportable: true,
})
