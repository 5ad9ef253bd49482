import { ChangePasswdData } from '../../../core/asn1/messages/set-passwd.ts'
import type { Bytes } from '../../../core/bytes/bytes.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { KpasswdVersion } from '../../../core/kpasswd/frame.ts'
import { fromPrincipalName, type Principal } from '../../../core/principal/principal.ts'
import { Secret } from '../../../core/secret/secret.ts'

/** What a request wants (RFC 3244 §2). */
export interface Wish {
  readonly password: Secret
  /** Absent: one's own password. */
  readonly target: Principal | undefined
}

/** From a KRB-PRIV's user data, which stay the caller's. Throws ASN1_*, also for half a name. */
export function readWish(version: number, userData: Bytes): Wish {
  if (version === KpasswdVersion.CHANGE) return { password: untilZero(userData), target: undefined }
  const { newpasswd, targname, targrealm } = ChangePasswdData.decode(userData)
  using given = newpasswd
  if ((targname === undefined) !== (targrealm === undefined)) throw new KrbError('ASN1_MISSING_FIELD')
  const target = targname === undefined || targrealm === undefined ? undefined : fromPrincipalName(targname, targrealm)
  return { password: given.use(untilZero), target }
}

/** As in MIT a zero ends a password: some clients count it among the octets, and nobody can type it. */
function untilZero(octets: Bytes): Secret {
  const end = octets.indexOf(0)
  return Secret.copyOf(end < 0 ? octets : octets.subarray(0, end))
}
