import { Ticket } from '../core/asn1/messages/ticket.ts'
import type { Ccache } from '../core/ccache/ccache.ts'
import type { Credential } from '../core/ccache/credential.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { KdcOptions } from '../core/flags/kdc-options.ts'
import { TicketFlags } from '../core/flags/ticket-flags.ts'
import { fromPrincipalName, type Principal } from '../core/principal/principal.ts'
import { kdcNow, lookUp, usableEtypes } from './cached.ts'
import type { ClientContext } from './context.ts'
import { type Cut, cutsOfRenewed } from './cuts.ts'
import { endedHints, notStartedHint } from './explain.ts'
import { inheritedOptions } from './tgs/build-request.ts'
import { lackingHints } from './tgs/explain-refusal.ts'
import { credentialViaTicket } from './tgs/via-ticket.ts'

/**
 * Another life for the ticket of `client` for `server` in the cache, up to its renew-till (RFC 4120 §2.3). KDCs renew one that has
 * ended less than a clock skew ago, so it is shown whatever its end. The cache stays as it is. Throws `KRB5_CC_NOTFOUND`,
 * `KRB5KDC_ERR_BADOPTION` for a ticket that is not renewable, and as `credentialViaTicket`.
 */
export async function renewedTicket(client: Principal, server: Principal, cache: Ccache, context: ClientContext): Promise<Renewed> {
  const change = { option: KdcOptions.RENEW, needs: TicketFlags.RENEWABLE }
  const { before, credential } = await again(change, client, server, cache, context)
  return { before, credential, cuts: cutsOfRenewed(before, credential) }
}

/** A postdated ticket of the cache made good, once it has started (RFC 4120 §2.4). As `renewedTicket`. */
export async function validatedTicket(client: Principal, server: Principal, cache: Ccache, context: ClientContext): Promise<Renewed> {
  const change = { option: KdcOptions.VALIDATE, needs: TicketFlags.INVALID }
  return { ...(await again(change, client, server, cache, context)), cuts: [] }
}

export interface Renewed {
  /** The ticket of the cache. */
  readonly before: Credential
  readonly credential: Credential
  readonly cuts: readonly Cut[]
}

interface Change {
  readonly option: number
  /** The flag that a ticket must have for it. */
  readonly needs: number
}

async function again(change: Change, client: Principal, server: Principal, cache: Ccache, context: ClientContext) {
  const etypes = usableEtypes(context)
  const before = await lookUp(cache, { client, server, now: 0, etypes }, context)
  if (before instanceof KrbError) throw before
  const now = await kdcNow(cache, context)
  const lacks = !(before.flags & change.needs)
  const hints = lackingHints({ tgt: before, kdcOptions: change.option })
  // Of a postdated ticket KDCs say first that it has not started, then that it is not renewable, then that it is not valid.
  if (lacks && before.flags & TicketFlags.INVALID && before.starttime <= now.seconds)
    throw new KrbError('KRB5KDC_ERR_BADOPTION', {}, { hints })
  const kdcOptions = (change.option | inheritedOptions(before)) >>> 0
  try {
    const credential = await credentialViaTicket({ tgt: before, server: nameInside(before), kdcOptions, etypes, now }, context)
    return { before, credential: { ...credential, server: before.server } }
  } catch (error) {
    throw error instanceof KrbError ? error.withHints(...refusedHints(error, change, before, now.seconds)) : error
  }
}

function refusedHints({ code }: KrbError, change: Change, before: Credential, now: number): readonly string[] {
  if (code === 'KRB5KRB_AP_ERR_TKT_EXPIRED') return endedHints(before, now)
  if (code === 'KRB5KRB_AP_ERR_TKT_NYV' && change.option === KdcOptions.VALIDATE) return [notStartedHint(before, now)]
  return []
}

/** Caches hold tickets for hosts under a name without a realm. */
function nameInside({ server, ticket }: Credential): Principal {
  if (server.realm !== '') return server
  const { sname, realm } = Ticket.decode(ticket)
  return fromPrincipalName(sname, realm)
}
