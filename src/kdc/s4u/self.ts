import type { TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import { PaForUser, PaS4uX509User } from '../../core/asn1/messages/s4u.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { checksumKind, verifyChecksum, verifyHmacMd5Checksum } from '../../core/crypto/checksum.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import { ChecksumType } from '../../core/registry/checksum-type.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { NameType } from '../../core/registry/name-type.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { forUserOctets } from '../../core/s4u/user.ts'
import { clientEntry } from '../as/gather.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import type { PolicyEntry, PrincipalEntry } from '../store/entry.ts'
import { policyName } from '../store/kadm-data.ts'
import type { Store } from '../store/store.ts'
import type { HeaderTicket } from '../tgs/header-ticket.ts'

/** An S4U2Self request (MS-SFU §3.2.5.1): a service wants a ticket to itself in the name of a user. */
export interface S4uSelf {
  /** Whose name the ticket will bear. */
  readonly user: Principal
  /** Its entry, when the user is of the server's realm. */
  readonly entry: PrincipalEntry | undefined
  readonly policy: PolicyEntry | undefined
  /** The newer of the two ways to ask, which wants an answer of its kind. */
  readonly x509: PaS4uX509User | undefined
}

/** What the request says about a user, with a good checksum; undefined when it says nothing. Statuses are MIT's. */
export function s4uSelf(
  request: TgsReq,
  header: HeaderTicket,
  server: PrincipalEntry,
  store: Store,
): Promise<S4uSelf | Refusal> | Refusal | undefined {
  const named = namedUser(request, header)
  return named === undefined || named instanceof Refusal ? named : foundUser(named, request, server, store)
}

type Named = Pick<S4uSelf, 'user' | 'x509'>

async function foundUser({ user, x509 }: Named, request: TgsReq, server: PrincipalEntry, store: Store): Promise<S4uSelf | Refusal> {
  if (user.realm !== server.principal.realm) return { user, entry: undefined, policy: undefined, x509 }
  // Nothing here maps certificates to principals.
  if (x509?.userId.value.subjectCertificate !== undefined) return new Refusal('KRB5_PLUGIN_OP_NOTSUPP', 'LOOKING_UP_S4U2SELF_PRINCIPAL')
  const entry = await clientEntry(user, request.reqBody.value.kdcOptions, store)
  if (entry === undefined) return new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'UNKNOWN_S4U2SELF_PRINCIPAL')
  const policy = policyName(entry.tlData)
  return {
    user: user.type === NameType.ENTERPRISE ? entry.principal : user,
    entry,
    policy: policy === undefined ? undefined : await store.policy(policy),
    x509,
  }
}

function namedUser(request: TgsReq, header: HeaderTicket): Named | Refusal | undefined {
  const find = (type: number) => request.padata?.find(({ padataType }) => padataType === type)?.padataValue
  const x509 = find(PaType.S4U_X509_USER)
  if (x509 !== undefined) return x509User(x509, request, header)
  const forUser = find(PaType.FOR_USER)
  return forUser && userByName(forUser, header)
}

function x509User(octets: Bytes, request: TgsReq, { replyKey }: HeaderTicket): Named | Refusal {
  const x509 = decoded(() => PaS4uX509User.decode(octets), 'DECODE_PA_S4U_X509_USER')
  if (x509 instanceof Refusal) return x509
  const { userId, checksum } = x509
  if (checksumKind(checksum.cksumtype) !== 'keyed') return new Refusal('KRB5KRB_AP_ERR_INAPP_CKSUM', 'INVALID_S4U2SELF_CHECKSUM')
  const right = verifyChecksum(replyKey, KeyUsage.PA_S4U_X509_USER_REQUEST, userId.octets, checksum)
  if (!right || userId.value.nonce !== request.reqBody.value.nonce)
    return new Refusal('KRB5KRB_AP_ERR_MODIFIED', 'INVALID_S4U2SELF_CHECKSUM')
  const { cname, crealm, subjectCertificate } = userId.value
  const user = fromPrincipalName(cname ?? { nameType: NameType.UNKNOWN, nameString: [] }, crealm)
  if (user.components.length === 0 && subjectCertificate === undefined)
    return new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'INVALID_S4U2SELF_REQUEST')
  return { user, x509 }
}

/** The checksum is under the session key of the ticket shown, of one type whatever the enctype. */
function userByName(octets: Bytes, { ticket }: HeaderTicket): Named | Refusal {
  const forUser = decoded(() => PaForUser.decode(octets), 'DECODE_PA_FOR_USER')
  if (forUser instanceof Refusal) return forUser
  const { userName, userRealm, cksum } = forUser
  if (cksum.cksumtype !== ChecksumType.HMAC_MD5_ARCFOUR) return new Refusal('KRB5KRB_AP_ERR_INAPP_CKSUM', 'INVALID_S4U2SELF_CHECKSUM')
  const key = { etype: ticket.key.keytype, value: ticket.key.keyvalue }
  const right = decoded(
    () => verifyHmacMd5Checksum(key, KeyUsage.APP_DATA_CKSUM, forUserOctets(forUser), cksum),
    'INVALID_S4U2SELF_CHECKSUM',
  )
  if (right instanceof Refusal) return right
  if (!right) return new Refusal('KRB5KRB_AP_ERR_MODIFIED', 'INVALID_S4U2SELF_CHECKSUM')
  return { user: fromPrincipalName(userName, userRealm), x509: undefined }
}

function decoded<T>(decode: () => T, status: string): T | Refusal {
  try {
    return decode()
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, status)
    throw error
  }
}
