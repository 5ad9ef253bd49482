import type { TypedOctets } from '../../core/ccache/credential.ts'
import { AddressType } from '../../core/registry/address-type.ts'

/** A host address as MIT's klist -n prints it, complaints about malformed ones included. */
export function addressText({ type, data }: TypedOctets): string {
  switch (type) {
    case AddressType.INET:
      return data.length === 4 ? data.join('.') : broken(type, data.length)
    case AddressType.INET6:
      return data.length === 16 ? ipv6Text(data) : broken(type, data.length)
    case AddressType.NETBIOS:
      return data.length === 16 ? netbiosName(data) : broken(type, data.length)
    default:
      return `unknown addrtype ${type}`
  }
}

/** inet_ntop's form: the first longest run of at least two zero words is `::`; mapped and compatible addresses end in IPv4's form. */
export function ipv6Text(octets: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!)
  const run = longestZeroRun(words)
  const embedsIpv4 = run.start === 0 && (run.length === 6 || (run.length === 5 && words[5] === 0xffff))
  const tail = embedsIpv4 ? [octets.subarray(12).join('.')] : []
  const hex = words.slice(0, embedsIpv4 ? 6 : 8).map(word => word.toString(16))
  if (run.length < 2) return [...hex, ...tail].join(':')
  return `${hex.slice(0, run.start).join(':')}::${[...hex.slice(run.start + run.length), ...tail].join(':')}`
}

function longestZeroRun(words: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < words.length; start++) {
    let length = 0
    while (words[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** Fifteen octets of name, padded with blanks; the sixteenth is a service number. */
function netbiosName(data: Uint8Array): string {
  return Buffer.from(data.subarray(0, 15)).toString('latin1').split(/[\0 ]/, 1)[0]!
}

function broken(type: number, length: number): string {
  return `broken address (type ${type} length ${length})`
}
