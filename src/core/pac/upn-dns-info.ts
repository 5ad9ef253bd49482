import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { outOfRange } from './container.ts'
import { decodeSid } from './sid.ts'
import { decodeUtf16 } from './text.ts'

/** UPN_DNS_INFO (MS-PAC §2.10): the user's principal name and domain, and in newer ones the account's name and SID. */
export interface UpnDnsInfo {
  readonly upn: string
  readonly dnsDomainName: string
  /** The account has no UPN of its own; this one was made up. */
  readonly constructed: boolean
  readonly samName: string | undefined
  readonly sid: string | undefined
}

/** Throws `EINVAL`, `ERANGE`. */
export function decodeUpnDnsInfo(octets: Bytes): UpnDnsInfo {
  const input = new Reader(octets, outOfRange, 'little')
  const part = (name: string) => {
    const length = input.u16(name)
    const offset = input.u16(name)
    if (offset + length > octets.length) throw outOfRange()
    return octets.subarray(offset, offset + length)
  }
  const upn = part('UPN')
  const domain = part('DNS domain name')
  const flags = input.u32('flags')
  const extended = (flags & EXTENDED) !== 0
  const samName = extended ? decodeUtf16(part('SAM name')) : undefined
  const sid = extended ? decodeSid(part('SID')) : undefined
  return { upn: decodeUtf16(upn), dnsDomainName: decodeUtf16(domain), constructed: (flags & CONSTRUCTED) !== 0, samName, sid }
}

const CONSTRUCTED = 0x1
const EXTENDED = 0x2
