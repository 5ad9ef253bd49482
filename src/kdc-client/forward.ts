import type { HostAddress } from '../core/asn1/messages/host-address.ts'
import type { Ccache } from '../core/ccache/ccache.ts'
import type { Credential } from '../core/ccache/credential.ts'
import { KdcOptions } from '../core/flags/kdc-options.ts'
import { tgtPrincipal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import { kdcNow, ticketGrantingTicket, usableEtypes } from './cached.ts'
import type { ClientContext } from './context.ts'
import { inheritedOptions } from './tgs/build-request.ts'
import { credentialViaTicket } from './tgs/via-ticket.ts'

/** What a ticket for somewhere else shall be like. */
export interface ElsewhereTerms {
  /** Where it may be used from; none: from everywhere. */
  readonly addresses: readonly HostAddress[]
  /** Seconds from now; otherwise it ends with the ticket-granting ticket. */
  readonly lifetime?: number
  /** Of its session key, in order of preference, when not as configured. */
  readonly etypes?: readonly EtypeId[]
}

/**
 * A ticket-granting ticket to be used on another machine (RFC 4120 §2.6), got with the one in the cache, which stays as it is. Throws
 * `KRB5_CC_NOTFOUND`, `KRB5KRB_AP_ERR_TKT_EXPIRED`, `KRB5KDC_ERR_BADOPTION` without FORWARDABLE, and as `credentialViaTicket`.
 */
export async function forwardedTicket(terms: ElsewhereTerms, cache: Ccache, context: ClientContext): Promise<Credential> {
  const client = await cache.principal()
  const now = await kdcNow(cache, context)
  const tgt = await ticketGrantingTicket({ client, realm: client.realm, now: now.seconds }, cache, context)
  const { addresses, lifetime } = terms
  const making = {
    tgt,
    server: tgtPrincipal(client.realm),
    kdcOptions: (KdcOptions.FORWARDED | inheritedOptions(tgt)) >>> 0,
    etypes: terms.etypes ?? usableEtypes(context),
    addresses,
    now,
    ...(lifetime !== undefined && { till: now.seconds + lifetime }),
  }
  return credentialViaTicket(making, context)
}
