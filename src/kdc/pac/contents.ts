import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { PaPacRequest } from '../../core/asn1/messages/pa-data.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { clientInfoName, displayName, encodeClientInfo, type RealmUse } from '../../core/pac/client-info.ts'
import { type Pac, type PacBuffer, pacBuffer, requirePacBuffer } from '../../core/pac/container.ts'
import { decodeDelegationInfo, encodeDelegationInfo } from '../../core/pac/delegation-info.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { PacBufferType } from '../../core/registry/pac-buffer.ts'
import type { RealmPolicy } from '../realm-settings.ts'

/** Whether tickets for this server may carry a PAC at all: not where the realm or the server wants none, and never for anonymous clients. */
export function carriesPac(policy: Pick<RealmPolicy, 'disablePac'>, serverAttributes: number, ticketFlags: number): boolean {
  return !policy.disablePac && !(serverAttributes & Attributes.NO_AUTH_DATA_REQUIRED) && !(ticketFlags & TicketFlags.ANONYMOUS)
}

/** Whether the client of an AS request minds (PA-PAC-REQUEST, MS-KILE §2.2.3); who says nothing, or nothing that can be read, gets one. */
export function wantsPac(padata: readonly PaData[]): boolean {
  const said = padata.find(({ padataType }) => padataType === PaType.PAC_REQUEST)
  if (said === undefined) return true
  try {
    return PaPacRequest.decode(said.padataValue).includePac
  } catch (error) {
    if (error instanceof KrbError) return true
    throw error
  }
}

/** Of a PAC that begins here: whose log-in it is about. We know no more about anybody. */
export function newPac(client: Principal, authtime: number, realm: RealmUse = 'without-realm'): readonly PacBuffer[] {
  const data = encodeClientInfo({ authtime, name: clientInfoName(client, realm) })
  return [{ type: PacBufferType.CLIENT_INFO, data }]
}

/** Of a PAC that goes on from another ticket: the same client of the same log-in, and through whom it was delegated. All else would be somebody else's word. */
export function sameClientsPac(given: Pac): readonly PacBuffer[] {
  return [...delegationOf(given), requirePacBuffer(given, PacBufferType.CLIENT_INFO)]
}

/** Of a PAC for a ticket that a service gets in a user's name. */
export function actedForPac(given: Pac, user: Principal, authtime: number, realm: RealmUse): readonly PacBuffer[] {
  return [...delegationOf(given), ...newPac(user, authtime, realm)]
}

/** Of a PAC for a delegated ticket: its client as ever, the server that it is for, and the services that it came through, the last of which asks. Throws `EINVAL`, `ERANGE`. */
export function delegatedPac(given: Pac, client: Principal, authtime: number, server: Principal, service: Principal): readonly PacBuffer[] {
  const before = pacBuffer(given, PacBufferType.DELEGATION_INFO)
  const services = before === undefined ? [] : decodeDelegationInfo(before.data).transitedServices
  const info = { proxyTarget: displayName(server, 'without-realm'), transitedServices: [...services, unparsePrincipal(service)] }
  return [{ type: PacBufferType.DELEGATION_INFO, data: encodeDelegationInfo(info) }, ...newPac(client, authtime)]
}

function delegationOf(given: Pac): readonly PacBuffer[] {
  const found = pacBuffer(given, PacBufferType.DELEGATION_INFO)
  return found === undefined ? [] : [found]
}
