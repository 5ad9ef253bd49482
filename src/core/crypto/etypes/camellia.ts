import { ChecksumType } from '../../registry/checksum-type.ts'
import { ETYPE } from '../../registry/etype.ts'
import { CAMELLIA_128, CAMELLIA_256 } from '../primitives/cbc.ts'
import type { EtypeRow } from '../profiles/build-etype.ts'

/** RFC 6803 §6, §7. */
export const CAMELLIA128_CMAC: EtypeRow = {
  id: ETYPE.CAMELLIA128_CTS_CMAC,
  cipher: CAMELLIA_128,
  hash: 'sha1',
  tagBytes: 16,
  checksumType: ChecksumType.CMAC_CAMELLIA128,
  defaultIterations: 32768,
}

export const CAMELLIA256_CMAC: EtypeRow = {
  ...CAMELLIA128_CMAC,
  id: ETYPE.CAMELLIA256_CTS_CMAC,
  cipher: CAMELLIA_256,
  checksumType: ChecksumType.CMAC_CAMELLIA256,
}
