import { type HostAddress, internetAddress } from '../../core/asn1/messages/host-address.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { sameBytes } from '../../core/bytes/bytes.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type HostResolver, hostServicePrincipals } from '../../core/principal/host.ts'
import { type Principal, parsePrincipal, tgtPrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { NameType } from '../../core/registry/name-type.ts'
import type { ClientContext } from '../../kdc-client/context.ts'
import { type ElsewhereTerms, forwardedTicket } from '../../kdc-client/forward.ts'
import { proxyTicket } from '../../kdc-client/proxy.ts'
import { renewedTicket, validatedTicket } from '../../kdc-client/renew.ts'
import type { UserWanted } from '../../kdc-client/s4u/self.ts'
import { serviceCredential } from '../../kdc-client/service.ts'
import type { Leg } from '../../kdc-client/tgs/route.ts'
import { startOffset } from '../text/start-time.ts'
import type { Errand } from './flags.ts'

export interface VnoWorld extends ClientContext {
  readonly hosts: HostResolver
  /** Addresses of a host, or the one that the text is; 4 or 16 octets each. */
  readonly addressesOf: (host: string) => Promise<readonly Bytes[]>
}

/** How all tickets of one run are got. */
export interface Manner {
  readonly errand: Errand
  readonly cache: Ccache
  readonly client: Principal
  readonly hostService: string | undefined
  readonly unknownNameType: boolean
  readonly canonicalize: boolean
  readonly cachedOnly: boolean
  readonly noStore: boolean
  readonly etype: EtypeId | undefined
  /** DER of the ticket-granting ticket of whoever serves (user-to-user). */
  readonly secondTicket: Bytes | undefined
  /** The cache's client is a service, and acts for a user: with a ticket to itself, and with that one for others when it delegates. */
  readonly actsFor: UserWanted | undefined
  readonly delegates: boolean
}

/** A service, and the names that a KDC may know it by where it is not known yet how its host is called. */
export interface Service {
  readonly server: Principal
  readonly candidates?: AsyncIterable<Principal>
}

/** What a name on the command line means. Throws `KRB5_PARSE_MALFORMED`. */
export async function serviceNamed(name: string, { hostService, unknownNameType }: Manner, world: VnoWorld): Promise<Service> {
  const { config, hosts } = world
  if (hostService === undefined) {
    const server = parsePrincipal(name, { defaultRealm: config.defaultRealm })
    return { server: unknownNameType ? { ...server, type: NameType.UNKNOWN } : server }
  }
  const { dnsCanonicalizeHostname, rdns, qualifyShortname } = config
  const rules = { dnsCanonicalizeHostname, rdns, qualifyShortname, realmOfHost: (host: string) => config.realmOfHost(host) }
  const candidates = hostServicePrincipals(hostService, name, rules, hosts)
  if (dnsCanonicalizeHostname === 'fallback') {
    return { server: { type: NameType.SRV_HST, realm: '', components: [hostService, name] }, candidates }
  }
  for await (const server of candidates) return { server }
  throw new KrbError('KRB5_ERR_BAD_HOSTNAME', { host: name })
}

/** `route` is told of the way to a new ticket. */
export async function obtain(
  { server, candidates }: Service,
  manner: Manner,
  world: VnoWorld,
  route: (legs: readonly Leg[]) => void,
): Promise<Credential> {
  const { errand, cache, client, canonicalize, cachedOnly, noStore, etype, secondTicket } = manner
  const options = {
    canonicalize,
    noStore,
    route,
    ...(etype !== undefined && { etype }),
    ...(candidates !== undefined && { candidates }),
  }
  switch (errand.kind) {
    case 'ticket':
      return serviceCredential(server, cache, world, { ...options, cachedOnly, ...(secondTicket !== undefined && { secondTicket }) })
    case 'postdated': {
      const start = await startOffset(errand.startTime, world.env)
      return serviceCredential(server, cache, world, { ...options, startOffset: start, ...lifeOf(errand) })
    }
    case 'forwarded':
      return forwardedTicket(await elsewhere(errand, manner, world), cache, world)
    case 'proxy':
      return proxyTicket(server, { ...(await elsewhere(errand, manner, world)), noStore }, cache, world)
    case 'renew':
    case 'validate': {
      const change = errand.kind === 'renew' ? renewedTicket : validatedTicket
      const { before, credential } = await change(client, server, cache, world)
      if (!noStore) await exchange(before, credential, cache)
      return credential
    }
  }
}

/** A ticket for the cache's own client in the name of whom it acts for. */
export async function obtainForUser(user: UserWanted, { cache, cachedOnly, noStore, etype }: Manner, world: VnoWorld): Promise<Credential> {
  const { credentialForUser } = await import('../../kdc-client/s4u/self.ts')
  return credentialForUser(user, cache, world, { cachedOnly, noStore, ...(etype !== undefined && { etype }) })
}

/** With that ticket one for another service. */
export async function obtainDelegated(
  { server }: Service,
  evidence: Credential,
  { cache, noStore }: Manner,
  world: VnoWorld,
): Promise<Credential> {
  const { credentialForProxy } = await import('../../kdc-client/s4u/proxy.ts')
  return credentialForProxy(server, evidence, cache, world, { noStore })
}

/** The client's ticket-granting ticket for its own realm as the cache has it, for user-to-user. */
export async function userTicket(cache: Ccache, context: ClientContext): Promise<Bytes> {
  const { realm } = await cache.principal()
  return (await serviceCredential(tgtPrincipal(realm), cache, context, { cachedOnly: true })).ticket
}

async function elsewhere(
  errand: Errand & { readonly kind: 'forwarded' | 'proxy' },
  { etype }: Manner,
  world: VnoWorld,
): Promise<ElsewhereTerms> {
  const addresses: HostAddress[] = []
  for (const host of errand.addresses) {
    const found = await world.addressesOf(host)
    if (found.length === 0) throw new KrbError('KRB5_ERR_BAD_HOSTNAME', { host }, { hints: [`no address is known for ${host}`] })
    addresses.push(...found.map(internetAddress))
  }
  return { addresses, ...lifeOf(errand), ...(etype !== undefined && { etypes: [etype] }) }
}

function lifeOf({ lifetime }: { readonly lifetime: number | undefined }): { readonly lifetime?: number } {
  return lifetime === undefined ? {} : { lifetime }
}

/** The new ticket takes the place of the old one. */
async function exchange(before: Credential, credential: Credential, cache: Ccache): Promise<void> {
  await cache.remove(({ ticket }) => sameBytes(ticket, before.ticket))
  await cache.store(credential)
}
