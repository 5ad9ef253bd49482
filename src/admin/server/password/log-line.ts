import { decodeText, encodeText } from '../../../core/bytes/text.ts'
import { KpasswdVersion } from '../../../core/kpasswd/frame.ts'
import { type Principal, unparsePrincipal } from '../../../core/principal/principal.ts'
import { line } from '../../../kdc/audit/log-line.ts'
import type { PeerAddress } from '../../../kdc/peer-address.ts'

/** A request that was understood, in kadmind's words: `chpw request from 127.0.0.1 for alice@R: success`. */
export function changeLine(version: number, from: PeerAddress, client: Principal, target: Principal | undefined, outcome: string): string {
  if (version === KpasswdVersion.CHANGE) return line(`chpw request from ${from.text} for ${shortName(client)}: ${outcome}`)
  return line(`setpw request from ${from.text} by ${shortName(client)} for ${shortName(target ?? client)}: ${outcome}`)
}

/** At most 125 octets of the name. */
function shortName(principal: Principal): string {
  const octets = encodeText(unparsePrincipal(principal))
  return octets.length <= NAME_LIMIT ? decodeText(octets) : `${decodeText(octets.subarray(0, NAME_LIMIT))}...`
}

const NAME_LIMIT = 125
