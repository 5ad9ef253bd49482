import { checkAuthenticatorTime, checkTicketTimes } from '../../core/ap/open-ap-req.ts'
import { ApReq, Authenticator } from '../../core/asn1/messages/ap.ts'
import type { TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { checksumKind, verifyChecksum } from '../../core/crypto/checksum.ts'
import { openData, prepareKey } from '../../core/crypto/encrypted-data.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { ApOptions } from '../../core/flags/ap-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import type { TicketPac } from '../../core/pac/ticket-pac.ts'
import { fromPrincipalName, type Principal, samePrincipal } from '../../core/principal/principal.ts'
import { AdType } from '../../core/registry/ad-type.ts'
import { AddressType } from '../../core/registry/address-type.ts'
import { type EtypeId, etypeName } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { checkTransited } from '../../core/transited/check.ts'
import type { PeerAddress } from '../peer-address.ts'
import type { RealmDesk } from '../realm-desk.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import { openTicket, serverOfTicket } from './open-ticket.ts'

/** The ticket of a TGS request, opened and tied to the request. */
export interface HeaderTicket {
  readonly ticket: EncTicketPart
  /** SHA-256 of its encrypted part, in hexadecimal. */
  readonly digest: string
  readonly client: Principal
  readonly server: Principal
  readonly serverEntry: PrincipalEntry
  readonly authenticator: Authenticator
  /** As `OpenedTicket.pac`. */
  readonly pac: () => TicketPac | undefined
  /** The reply is encrypted in the authenticator's subkey if there is one (usage 9), else in the session key (usage 8). */
  readonly replyKey: PreparedKey
  readonly hasSubkey: boolean
}

/** Why the ticket was not taken, and whose it says it is as far as it could be opened. */
export interface HeaderRefused {
  readonly refusal: Refusal
  readonly client: Principal | undefined
}

/**
 * Opens PA-TGS-REQ (RFC 4120 §3.3.2, §3.3.3): key of the ticket's server by version, ticket, authenticator, names, addresses, times, checksum over the
 * body as it came. Checks and their order are MIT's.
 */
export async function openHeaderTicket(
  request: TgsReq,
  from: PeerAddress,
  desk: RealmDesk,
  now: Instant,
): Promise<HeaderTicket | HeaderRefused> {
  const { policy } = desk.realm
  let client: Principal | undefined
  try {
    const padata = request.padata?.find(({ padataType }) => padataType === PaType.TGS_REQ)
    if (padata === undefined) throw new KrbError('KRB5KDC_ERR_PADATA_TYPE_NOSUPP')
    const apReq = ApReq.decode(padata.padataValue)
    if (apReq.apOptions & (ApOptions.USE_SESSION_KEY | ApOptions.MUTUAL_REQUIRED)) throw new KrbError('KRB5KDC_ERR_POLICY')
    const sealed = apReq.ticket.value
    const server = fromPrincipalName(sealed.sname, sealed.realm)
    const serverEntry = await serverOfTicket(server, desk.realm.store, 'PROCESS_TGS')
    if (serverEntry instanceof Refusal) return { refusal: serverEntry, client }
    const { ticket, sessionKey, digest, pac } = openTicket(sealed.encPart, server, serverEntry, desk)
    client = fromPrincipalName(ticket.cname, ticket.crealm)
    const authenticator = Authenticator.decode(openData(sessionKey, KeyUsage.TGS_REQ_AUTH, apReq.authenticator))
    if (!samePrincipal(fromPrincipalName(authenticator.cname, authenticator.crealm), client)) throw new KrbError('KRB5KRB_AP_ERR_BADMATCH')
    if (!addressAllowed(ticket.caddr, from)) throw new KrbError('KRB5KRB_AP_ERR_BADADDR')
    checkIssuersPath(ticket, server.realm, policy)
    checkTicketTimes(ticket, now, policy.clockskew)
    checkAuthenticatorTime(authenticator.ctime, now, policy.clockskew)
    checkEtypes([authenticator.subkey?.keytype, ticket.key.keytype], policy.permittedEtypes)
    if (
      [...(ticket.authorizationData ?? []), ...(authenticator.authorizationData ?? [])].some(
        ({ adType }) => adType === AdType.FX_FAST_ARMOR,
      )
    )
      throw new KrbError('KRB5KDC_ERR_POLICY')
    checkBody(request.reqBody.octets, authenticator, sessionKey)
    const { subkey } = authenticator
    const replyKey = subkey === undefined ? sessionKey : prepareKey({ etype: subkey.keytype, value: subkey.keyvalue })
    return { ticket, digest, client, server, serverEntry, authenticator, pac, replyKey, hasSubkey: subkey !== undefined }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { refusal: refusalOf(error, 'PROCESS_TGS'), client }
  }
}

/** Where the issuer did not vouch for the path that led to it, we look ourselves (RFC 4120 §2.7). The step from there to here comes later. */
function checkIssuersPath({ flags, transited, crealm }: EncTicketPart, issuer: string, { realmPath }: RealmPolicy): void {
  if (!(flags & TicketFlags.TRANSITED_POLICY_CHECKED)) checkTransited(transited.contents, crealm, issuer, realmPath)
}

/** RFC 4120 leaves it open; MIT wants keys that a stranger sends to be of permitted enctypes. */
function checkEtypes(used: readonly (EtypeId | undefined)[], permitted: readonly EtypeId[]): void {
  const refused = used.find(etype => etype !== undefined && !permitted.includes(etype))
  if (refused === undefined) return
  const name = etypeName(refused)
  throw new KrbError('KRB5_NOPERM_ETYPE', { etype: name }, { text: `Encryption type ${name} not permitted` })
}

/** The checksum stands inside the encrypted authenticator, so that Java's unkeyed MD5 binds the body too. */
function checkBody(body: Bytes, { cksum }: Authenticator, sessionKey: PreparedKey): void {
  if (cksum === undefined) throw new KrbError('KRB5KRB_AP_ERR_INAPP_CKSUM')
  if (cksum.cksumtype !== 0 && checksumKind(cksum.cksumtype) === undefined) throw new KrbError('KRB5KDC_ERR_SUMTYPE_NOSUPP')
  if (!verifyChecksum(sessionKey, KeyUsage.TGS_REQ_AUTH_CKSUM, body, cksum, { allowRsaMd5: true }))
    throw new KrbError('KRB5KRB_AP_ERR_BAD_INTEGRITY')
}

/** No addresses, or only a NetBIOS name (as Windows sends), bind the ticket to nobody. */
function addressAllowed(caddr: EncTicketPart['caddr'], from: PeerAddress): boolean {
  if (caddr === undefined || caddr.length === 0) return true
  if (caddr.length === 1 && caddr[0]!.addrType === AddressType.NETBIOS) return true
  return caddr.some(({ addrType, address }) => addrType === from.addrType && Buffer.compare(address, from.octets) === 0)
}
