import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import {
  isTgtPrincipal,
  type Principal,
  parsePrincipal,
  sameComponents,
  samePrincipal,
  tgtPrincipal,
  unparsePrincipal,
} from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { NameType } from '../../core/registry/name-type.ts'
import { kdcNow, lookUp, usableEtypes } from '../cached.ts'
import type { ClientContext } from '../context.ts'
import { serviceCredential } from '../service.ts'
import { inheritedOptions } from '../tgs/build-request.ts'
import { answerViaTicket } from '../tgs/via-ticket.ts'
import { realmOfUser } from './identify.ts'
import { checkSameUser, s4uPaData, userInReply } from './padata.ts'

/** Whom a service wants a ticket for: by name, which may be an enterprise name, or by certificate (DER). */
export type UserWanted = { readonly user: Principal } | { readonly certificate: Bytes }

export interface ForUserOptions {
  readonly cachedOnly?: boolean
  readonly noStore?: boolean
  readonly etype?: EtypeId
}

/**
 * S4U2Self (MS-SFU §3.1.5.1): a ticket for the cache's own principal, a service, in the name of a user who need not be there; from the cache, or by the
 * user's realm and then, following its referrals, back to the service's. Stored in the cache. Throws as `serviceCredential` does.
 */
export async function credentialForUser(
  wanted: UserWanted,
  cache: Ccache,
  context: ClientContext,
  options: ForUserOptions = {},
): Promise<Credential> {
  const service = await cache.principal()
  const user = 'user' in wanted ? wanted.user : undefined
  const certificate = 'certificate' in wanted ? wanted.certificate : undefined
  if (user !== undefined) {
    const cached = await fromCache(user, service, cache, context, options)
    if (cached !== undefined) return cached
  }
  if (options.cachedOnly) throw new KrbError('KRB5_CC_NOTFOUND')
  const named = user === undefined || user.type === NameType.ENTERPRISE ? await located(user, certificate, service, context) : user
  const received = await walkBack(named, certificate, service, cache, context, options)
  // The name may be another now: what is in the cache under it will do.
  if (user === undefined || !samePrincipal(user, received.client)) {
    const cached = await fromCache(received.client, service, cache, context, options)
    if (cached !== undefined) return cached
  }
  if (!options.noStore) await cache.store(received)
  return received
}

async function fromCache(
  client: Principal,
  server: Principal,
  cache: Ccache,
  context: ClientContext,
  { etype }: ForUserOptions,
): Promise<Credential | undefined> {
  const { seconds: now } = await kdcNow(cache, context)
  const found = await lookUp(cache, { client, server, now, etypes: usableEtypes(context), ...(etype !== undefined && { etype }) }, context)
  if (!(found instanceof KrbError)) return found
  if (found.code !== 'KRB5_CC_NOTFOUND' && found.code !== 'KRB5_CC_NOT_KTYPE') throw found
  return undefined
}

/** The user with the realm that knows it. Who has only a certificate has an empty name of the X.500 kind. */
async function located(
  user: Principal | undefined,
  certificate: Bytes | undefined,
  service: Principal,
  context: ClientContext,
): Promise<Principal> {
  const asked = user ?? { type: NameType.X500_PRINCIPAL, realm: service.realm, components: [''] }
  const realm = await realmOfUser({ ...asked, realm: service.realm }, certificate, context)
  return user === undefined ? { type: NameType.UNKNOWN, realm, components: [] } : { ...user, realm }
}

/** From the user's realm to the service's, with what each KDC gives. The user's own KDC says how the user is called; from then on the name stays. */
async function walkBack(
  named: Principal,
  certificate: Bytes | undefined,
  service: Principal,
  cache: Ccache,
  context: ClientContext,
  { etype }: ForUserOptions,
): Promise<Credential> {
  let tgt = await serviceCredential(tgtPrincipal(named.realm, service.realm), cache, context)
  let user = named
  const seen: string[] = []
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const realm = tgt.server.components[1]!
    const shownTgt = tgt
    const asked = user
    const answer = await answerViaTicket(
      {
        tgt,
        server: realm === service.realm ? service : enterpriseName(service, realm),
        kdcOptions: (KdcOptions.CANONICALIZE | inheritedOptions(tgt)) >>> 0,
        etypes: etype === undefined ? usableEtypes(context) : [etype],
        now: await kdcNow(cache, context),
        actsForOther: true,
        padata: grounds => s4uPaData(asked, hop === 0 ? certificate : undefined, shownTgt.key, grounds),
      },
      context,
    )
    const answered = userInReply(asked, answer)
    if (hop > 0) checkSameUser(asked, answered)
    user = answered
    const { credential } = answer
    if (sameComponents(credential.server, service)) {
      checkSameUser(user, credential.client)
      return { ...credential, server: service }
    }
    if (!isTgtPrincipal(credential.server)) throw new KrbError('KRB5KRB_AP_WRONG_PRINC')
    const next = credential.server.components[1]!
    if (next === realm) throw new KrbError('KRB5_ERR_HOST_REALM_UNKNOWN')
    checkSameUser(service, credential.client)
    if (seen.includes(next)) throw new KrbError('KRB5_KDC_UNREACH', { realm: next }, { hints: ['referrals go in a circle'] })
    seen.push(next)
    tgt = credential
  }
  throw new KrbError('KRB5_KDCREP_MODIFIED', {}, { hints: [`more than ${MAX_HOPS} referrals`] })
}

/** How other realms hear of a service: by its whole name, as an enterprise name of theirs. */
function enterpriseName(service: Principal, realm: string): Principal {
  return { ...parsePrincipal(unparsePrincipal(service), { enterprise: true, ignoreRealm: true }), realm }
}

const MAX_HOPS = 10
