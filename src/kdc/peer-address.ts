import type { Bytes } from '../core/bytes/bytes.ts'
import { AddressType } from '../core/registry/address-type.ts'

/** Where a request came from. */
export interface PeerAddress {
  /** As the log shows it: `127.0.0.1`, `::1`. */
  readonly text: string
  readonly addrType: number
  /** 4 or 16 octets. */
  readonly octets: Bytes
}

/** From the text that Node gives for a socket's peer. A zone (`%eth0`) is no part of the address, and an IPv4 address in IPv6 clothes is IPv4. */
export function peerAddress(text: string): PeerAddress {
  const bare = text.replace(/^::ffff:(?=[\d.]+$)|%.*$/gi, '')
  const addrType = bare.includes(':') ? AddressType.INET6 : AddressType.INET
  return {
    text: bare,
    addrType,
    // Few tickets have addresses to compare with.
    get octets() {
      return addrType === AddressType.INET ? Uint8Array.from(bare.split('.'), Number) : ipv6Octets(bare)
    },
  }
}

function ipv6Octets(text: string): Bytes {
  const [head = '', tail] = text.split('::')
  const words = (part: string | undefined) =>
    part === undefined || part === '' ? [] : part.split(':').map(word => Number.parseInt(word, 16))
  const [front, back] = [words(head), words(tail)]
  const all = tail === undefined ? front : [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back]
  return Uint8Array.from(all.flatMap(word => [word >> 8, word & 0xff]))
}
