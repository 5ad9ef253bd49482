import type { Ccache } from '../core/ccache/ccache.ts'
import type { Credential } from '../core/ccache/credential.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { KdcOptions } from '../core/flags/kdc-options.ts'
import type { Principal } from '../core/principal/principal.ts'
import { kdcNow, ticketGrantingTicket, usableEtypes } from './cached.ts'
import type { ClientContext } from './context.ts'
import type { ElsewhereTerms } from './forward.ts'
import { serviceCredential } from './service.ts'
import { inheritedOptions } from './tgs/build-request.ts'
import { credentialViaTicket } from './tgs/via-ticket.ts'

/**
 * A ticket for one service of the client's realm, to be used on another machine (RFC 4120 §2.5). A proxiable ticket-granting ticket is
 * shown for it, as RFC 4120 §3.3.3 has it and Heimdal does; MIT's KDC answers that with `KRB5KDC_ERR_SERVER_NOMATCH` and wants the
 * proxiable ticket of that very service, which is asked for, and kept in the cache unless `noStore`, then. Throws as `forwardedTicket` does.
 */
export async function proxyTicket(
  service: Principal,
  terms: ElsewhereTerms & { readonly noStore?: boolean },
  cache: Ccache,
  context: ClientContext,
): Promise<Credential> {
  const client = await cache.principal()
  const server = service.realm === '' ? { ...service, realm: client.realm } : service
  const now = await kdcNow(cache, context)
  const tgt = await ticketGrantingTicket({ client, realm: server.realm, now: now.seconds }, cache, context)
  const { addresses, lifetime } = terms
  const shown = (ticket: Credential) => ({
    tgt: ticket,
    server,
    kdcOptions: (KdcOptions.PROXY | inheritedOptions(ticket)) >>> 0,
    etypes: terms.etypes ?? usableEtypes(context),
    addresses,
    now,
    ...(lifetime !== undefined && { till: now.seconds + lifetime }),
  })
  try {
    return await credentialViaTicket(shown(tgt), context)
  } catch (error) {
    if (!(error instanceof KrbError) || error.code !== 'KRB5KDC_ERR_SERVER_NOMATCH') throw error
  }
  return credentialViaTicket(shown(await serviceCredential(server, cache, context, { noStore: terms.noStore ?? false })), context)
}
