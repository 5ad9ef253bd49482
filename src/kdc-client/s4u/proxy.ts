import type { Ccache } from '../../core/ccache/ccache.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { displayText } from '../../core/principal/display.ts'
import { isTgtPrincipal, type Principal, sameComponents } from '../../core/principal/principal.ts'
import { kdcNow, lookUp, ticketGrantingTicket, usableEtypes } from '../cached.ts'
import type { ClientContext } from '../context.ts'
import { inheritedOptions } from '../tgs/build-request.ts'
import { answerViaTicket } from '../tgs/via-ticket.ts'
import { checkSameUser, RBCD_KNOWN } from './padata.ts'
import type { ForUserOptions } from './self.ts'

/**
 * S4U2Proxy (MS-SFU §3.1.5.2): with `evidence`, a user's ticket for the cache's own principal, a ticket for `server` in that user's name; from the cache or from the
 * service's KDC, and stored in the cache. Throws what the KDC refuses in MIT's words, `KRB5_KDCREP_MODIFIED` when the ticket is for somebody else, and
 * `KRB5KDC_ERR_PADATA_TYPE_NOSUPP` for a server of another realm.
 */
export async function credentialForProxy(
  server: Principal,
  evidence: Credential,
  cache: Ccache,
  context: ClientContext,
  options: ForUserOptions = {},
): Promise<Credential> {
  const service = await cache.principal()
  const now = await kdcNow(cache, context)
  const { client, ticket: secondTicket } = evidence
  const etypes = usableEtypes(context)
  const cached = await lookUp(cache, { client, server, now: now.seconds, etypes, secondTicket }, context)
  if (!(cached instanceof KrbError)) return cached
  if (options.cachedOnly || (cached.code !== 'KRB5_CC_NOTFOUND' && cached.code !== 'KRB5_CC_NOT_KTYPE')) throw cached
  const tgt = await ticketGrantingTicket({ client: service, realm: service.realm, now: now.seconds }, cache, context)
  const target = server.realm === '' ? { ...server, realm: service.realm } : server
  const making = {
    tgt,
    server: target,
    kdcOptions: (KdcOptions.CNAME_IN_ADDL_TKT | KdcOptions.CANONICALIZE | inheritedOptions(tgt)) >>> 0,
    etypes,
    now,
    secondTicket,
    actsForOther: true,
    padata: () => [RBCD_KNOWN],
  }
  const { credential } = await answerViaTicket(making, context).catch((error: unknown) => {
    throw target.realm === service.realm ? error : ofAnotherRealm(error)
  })
  if (!sameComponents(credential.server, target)) {
    if (!isTgtPrincipal(credential.server)) throw new KrbError('KRB5KRB_AP_WRONG_PRINC')
    const realm = credential.server.components[1]!
    throw new KrbError(
      'KRB5KDC_ERR_PADATA_TYPE_NOSUPP',
      {},
      { hints: [`the server is in realm ${displayText(realm)}: delegation goes no further than ours`] },
    )
  }
  checkSameUser(client, credential.client)
  const received = { ...credential, server }
  if (!options.noStore) await cache.store(received)
  return received
}

/** The KDC cannot open our ticket when the request goes by another realm. */
function ofAnotherRealm(error: unknown): unknown {
  if (!(error instanceof KrbError) || error.code !== 'KRB5KRB_AP_ERR_BAD_INTEGRITY') return error
  return new KrbError(error.code, error.params, { text: 'Realm specified but S4U2Proxy must use referral realm', cause: error })
}
