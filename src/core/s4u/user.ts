import type { PaForUser } from '../asn1/messages/s4u.ts'
import { type Bytes, concat } from '../bytes/bytes.ts'
import { encodeText } from '../bytes/text.ts'

/** What the checksum of PA-FOR-USER is over (MS-SFU §2.2.1): the name type, little-endian, then all strings, nothing between. */
export function forUserOctets({ userName, userRealm, authPackage }: Omit<PaForUser, 'cksum'>): Bytes {
  const type = new Uint8Array(4)
  new DataView(type.buffer).setInt32(0, userName.nameType, true)
  return concat(type, ...[...userName.nameString, userRealm, authPackage].map(encodeText))
}

/** Options of S4UUserID (MS-SFU §2.2.2). */
export const S4uOptions = {
  CHECK_LOGON_HOURS: 0x40000000,
  USE_REPLY_KEY_USAGE: 0x20000000,
} as const

/** The bit of PA-PAC-OPTIONS for resource-based constrained delegation (MS-SFU §2.2.5). */
export const PAC_OPTION_RBCD = 0x10000000
