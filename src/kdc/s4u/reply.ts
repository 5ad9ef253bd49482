import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { PaPacOptions, PaS4uX509User, S4uUserId } from '../../core/asn1/messages/s4u.ts'
import { preserve } from '../../core/asn1/schema.ts'
import { concat } from '../../core/bytes/bytes.ts'
import { makeChecksum } from '../../core/crypto/checksum.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { toPrincipalName } from '../../core/principal/principal.ts'
import { ETYPE, type EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { PAC_OPTION_RBCD, S4uOptions } from '../../core/s4u/user.ts'
import type { S4uSelf } from './self.ts'

/** Padata of a reply, in the clear and encrypted. */
export interface S4uPaData {
  readonly padata: readonly PaData[]
  readonly encrypted: readonly PaData[]
}

/**
 * The answer to PA-S4U-X509-USER (MS-SFU §3.2.5.1.2): the user under whose name the ticket stands, with a checksum. For the oldest enctypes both
 * checksums go into the encrypted part as well.
 */
export function s4uAnswer({ user, x509 }: S4uSelf, replyKey: PreparedKey): S4uPaData {
  if (x509 === undefined) return { padata: [], encrypted: [] }
  const { nonce, options = 0 } = x509.userId.value
  const kept = options & S4uOptions.USE_REPLY_KEY_USAGE
  const cname = user.components.length === 0 ? {} : { cname: toPrincipalName(user) }
  const userId = preserve(S4uUserId, { nonce, ...cname, crealm: user.realm, ...(kept !== 0 && { options: kept }) })
  const usage = kept === 0 ? KeyUsage.PA_S4U_X509_USER_REQUEST : KeyUsage.PA_S4U_X509_USER_REPLY
  const checksum = makeChecksum(replyKey, usage, userId.octets)
  const both = { padataType: PaType.S4U_X509_USER, padataValue: concat(x509.checksum.checksum, checksum.checksum) }
  return {
    padata: [{ padataType: PaType.S4U_X509_USER, padataValue: PaS4uX509User.encode({ userId, checksum }) }],
    encrypted: OLDEST.has(replyKey.etype.id) ? [both] : [],
  }
}

/** Whether the client knows of resource-based constrained delegation (PA-PAC-OPTIONS). What cannot be read says no. */
export function asksForRbcd(padata: readonly PaData[]): boolean {
  const found = padata.find(({ padataType }) => padataType === PaType.PAC_OPTIONS)
  if (found === undefined) return false
  try {
    return (PaPacOptions.decode(found.padataValue).flags & PAC_OPTION_RBCD) !== 0
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

/** That the KDC knows of it too, in the encrypted part. */
export const RBCD_KNOWN: PaData = { padataType: PaType.PAC_OPTIONS, padataValue: PaPacOptions.encode({ flags: PAC_OPTION_RBCD }) }

const OLDEST: ReadonlySet<EtypeId> = new Set([ETYPE.DES3_CBC_SHA1, ETYPE.ARCFOUR_HMAC, ETYPE.ARCFOUR_HMAC_EXP])
