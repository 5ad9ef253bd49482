import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { PaForUser, PaPacOptions, PaS4uX509User, S4uUserId } from '../../core/asn1/messages/s4u.ts'
import { preserve } from '../../core/asn1/schema.ts'
import { type Bytes, concat, sameBytes } from '../../core/bytes/bytes.ts'
import { checksumKind, makeChecksum, makeHmacMd5Checksum, verifyChecksum } from '../../core/crypto/checksum.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { fromPrincipalName, type Principal, samePrincipal, toPrincipalName } from '../../core/principal/principal.ts'
import { ETYPE, type EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { forUserOctets, PAC_OPTION_RBCD, S4uOptions } from '../../core/s4u/user.ts'
import { mismatch, shown } from '../check-reply.ts'
import type { PaDataGrounds } from '../tgs/build-request.ts'
import type { TgsAnswer } from '../tgs/open-reply.ts'

/**
 * Both ways to say for whom a service asks (MS-SFU §2.2.1, §2.2.2): by user-id under the subkey, and for a user with a name also the older one, under the
 * session key. Where there is no MD5 the newer one does alone.
 */
export function s4uPaData(
  user: Principal,
  certificate: Bytes | undefined,
  sessionKey: Key,
  { nonce, subkey }: PaDataGrounds,
): readonly PaData[] {
  const userId = preserve(S4uUserId, {
    nonce,
    ...(user.components.length > 0 && { cname: toPrincipalName(user) }),
    crealm: user.realm,
    ...(certificate !== undefined && { subjectCertificate: certificate }),
    options: S4uOptions.USE_REPLY_KEY_USAGE,
  })
  const checksum = makeChecksum(subkey, KeyUsage.PA_S4U_X509_USER_REQUEST, userId.octets)
  const newer = { padataType: PaType.S4U_X509_USER, padataValue: PaS4uX509User.encode({ userId, checksum }) }
  return user.components.length === 0 ? [newer] : [newer, ...olderWay(user, sessionKey)]
}

function olderWay(user: Principal, sessionKey: Key): readonly PaData[] {
  const named = { userName: toPrincipalName(user), userRealm: user.realm, authPackage: 'Kerberos' }
  try {
    const cksum = makeHmacMd5Checksum(sessionKey, KeyUsage.APP_DATA_CKSUM, forUserOctets(named))
    return [{ padataType: PaType.FOR_USER, padataValue: PaForUser.encode({ ...named, cksum }) }]
  } catch (error) {
    if (error instanceof KrbError && error.code === 'KRB5_PROG_SUMTYPE_NOSUPP') return []
    throw error
  }
}

/**
 * The user that a reply is for, out of its PA-S4U-X509-USER, whose checksum only the KDC can have made; `user` where the KDC knows only the older way. Throws
 * `KRB5_KDCREP_MODIFIED` for another nonce or a wrong checksum, `KRB5KRB_AP_ERR_INAPP_CKSUM` for an unkeyed one.
 */
export function userInReply(user: Principal, { padata, encryptedPaData, sent }: TgsAnswer): Principal {
  const sealed = encryptedPaData.find(isX509)
  const found = padata.find(isX509)
  if (found === undefined) {
    if (sealed !== undefined) throw mismatch('PA-S4U-X509-USER', 'in the clear', 'encrypted only')
    return user
  }
  const { userId, checksum } = PaS4uX509User.decode(found.padataValue)
  const { nonce, cname, crealm, options = 0 } = userId.value
  if (nonce !== sent.body.nonce) throw mismatch('nonce of PA-S4U-X509-USER', sent.body.nonce, nonce)
  if (checksumKind(checksum.cksumtype) !== 'keyed') throw new KrbError('KRB5KRB_AP_ERR_INAPP_CKSUM')
  const usage = options & S4uOptions.USE_REPLY_KEY_USAGE ? KeyUsage.PA_S4U_X509_USER_REPLY : KeyUsage.PA_S4U_X509_USER_REQUEST
  if (!verifyChecksum(sent.subkey, usage, userId.octets, checksum)) throw mismatch('PA-S4U-X509-USER', 'a good checksum', 'another')
  if (cname === undefined || cname.nameString.length === 0) throw mismatch('PA-S4U-X509-USER', 'a name', 'none')
  if (OLDEST.has(sent.subkey.etype)) checkBoth(sealed, sent.padata.find(isX509)!, checksum.checksum, options)
  return fromPrincipalName(cname, crealm)
}

/** With the oldest enctypes the encrypted part repeats both checksums. */
function checkBoth(sealed: PaData | undefined, asked: PaData, answered: Bytes, options: number): void {
  if (sealed === undefined && !(options & S4uOptions.USE_REPLY_KEY_USAGE)) return
  const both = concat(PaS4uX509User.decode(asked.padataValue).checksum.checksum, answered)
  if (sealed === undefined || !sameBytes(sealed.padataValue, both))
    throw mismatch('PA-S4U-X509-USER', 'both checksums, encrypted', 'others')
}

/** Throws `KRB5_KDCREP_MODIFIED`. */
export function checkSameUser(expected: Principal, received: Principal): void {
  if (!samePrincipal(expected, received)) throw mismatch('cname', shown(expected), shown(received))
}

/** That we know of resource-based constrained delegation (MS-SFU §2.2.5). */
export const RBCD_KNOWN: PaData = { padataType: PaType.PAC_OPTIONS, padataValue: PaPacOptions.encode({ flags: PAC_OPTION_RBCD }) }

function isX509({ padataType }: PaData): boolean {
  return padataType === PaType.S4U_X509_USER
}

const OLDEST: ReadonlySet<EtypeId> = new Set([ETYPE.DES3_CBC_SHA1, ETYPE.ARCFOUR_HMAC, ETYPE.ARCFOUR_HMAC_EXP])
