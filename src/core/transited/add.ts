import type { Bytes } from '../bytes/bytes.ts'
import { liesBelow } from './below.ts'
import { decodeTransited } from './decode.ts'
import { encodeTransited } from './encode.ts'
import { illegal } from './subfields.ts'

/**
 * The field of a ticket got with a cross-realm TGT: that TGT's field and, unless it is there or is an end of the path, the realm that issued the TGT
 * (RFC 4120 §3.3.3.2). It goes where names become shortest, as MIT puts it: the field does not tell an order. Throws
 * `KRB5KRB_AP_ERR_ILL_CR_TKT` for a field that cannot be read or becomes too long.
 */
export function addTransited(contents: Bytes, issuer: string, client: string, server: string): Bytes {
  // What the issuer left out lies between the client and itself.
  const realms = decodeTransited(contents, client, issuer)
  const known = issuer === client || issuer === server || realms.includes(issuer)
  const field = encodeTransited(known ? realms : inserted(realms, issuer))
  if (field.length > MAX_WRITTEN) throw illegal()
  return field
}

function inserted(realms: readonly string[], realm: string): readonly string[] {
  for (const [i, current] of realms.entries()) {
    const next = realms[i + 1]
    const nextLeansOnIt = next !== undefined && liesBelow(next, current)
    if (!nextLeansOnIt && liesBelow(realm, current)) return realms.toSpliced(i + 1, 0, realm)
    if (liesBelow(current, realm)) return realms.toSpliced(i, 0, realm)
  }
  return [...realms, realm]
}

/** As much as MIT's KDC writes and reads. */
const MAX_WRITTEN = 499
