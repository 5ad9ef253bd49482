import type { Channel } from '../core/channel.ts'
import type { ClientConfig } from '../core/config/krb5-conf.ts'
import type { Profile } from '../core/config/profile.ts'
import type { RealmConfig } from '../core/config/realms.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { addressOctets, type Names, systemNames } from './dns.ts'
import { type ChannelEnv, exchangeWith, lineName, type Means } from './exchange.ts'
import { type KdcServer, type LocateOptions, locateKdcs, locatePrimaryKdcs } from './locate.ts'

/** What of the configuration finds and reaches KDCs. */
export type ChannelConfig = Pick<
  ClientConfig,
  'udpPreferenceLimit' | 'dnsLookupKdc' | 'dnsUriLookup' | 'dnsLookupRealm' | 'requestTimeout' | 'extraAddresses'
> & {
  readonly profile: Pick<Profile, 'paths' | 'subsections'>
  realm(name: string): Pick<RealmConfig, 'kdcs' | 'primaryKdcs' | 'httpAnchors' | 'sitename'>
}

export type ChannelOptions = Partial<Means>

/**
 * The channel to the KDCs over UDP, TCP and HTTPS. Requests go by UDP first, those above udp_preference_limit by TCP; the first answer
 * on any line wins, a refused line is left at once, and all ends with request_timeout.
 */
export function realmChannel(config: ChannelConfig, env: ChannelEnv, options: ChannelOptions = {}): Channel {
  const names = options.names ?? systemNames()
  const locating = (realm: string, configured: readonly string[]): LocateOptions => ({ ...locateOptions(config, realm, names), configured })
  const primaries = (realm: string) => locatePrimaryKdcs(realm, locating(realm, config.realm(realm).primaryKdcs), env)
  const isPrimary = async (realm: string, server: KdcServer) => server.primary ?? contains(await primaries(realm).catch(none), server)
  const kdcs = (realm: string) => locateKdcs(realm, locating(realm, config.realm(realm).kdcs), env)
  return {
    async exchange(realm, message, exchange = {}) {
      const { tcpOnly = false, primary = false, answeredBy } = exchange
      env.trace({ event: 'sending-request', bytes: message.length, realm, primary, tcpOnly })
      const servers = primary ? await primaries(realm) : await kdcs(realm)
      if (servers.length === 0) throw new KrbError('KRB5_REALM_UNKNOWN', { realm }, { hints: ['the realm has no primary_kdc'] })
      const first = tcpOnly || message.length > config.udpPreferenceLimit ? 'tcp' : 'udp'
      const order = tcpOnly ? (['tcp'] as const) : first === 'tcp' ? TCP_FIRST : UDP_FIRST
      const plan = { realm, servers, message, order, anchors: config.realm(realm).httpAnchors, timeoutMs: 1000 * config.requestTimeout }
      const { answer, line, server } = await exchangeWith(plan, { ...options, names }, env, exchange)
      // Only where it costs no questions to DNS.
      if (!primary && !(config.dnsLookupKdc && config.realm(realm).primaryKdcs.length === 0)) {
        env.trace({ event: 'answered-by-primary', primary: await isPrimary(realm, server) })
      }
      answeredBy?.({ address: lineName(line), isPrimary: async () => primary || isPrimary(realm, server) })
      return answer
    },
    async localAddresses() {
      const extra = await Promise.all(config.extraAddresses.map(name => names.addresses(name)))
      return [...extra.flat().map(({ address }) => addressOctets(address)), ...(await names.local())]
    },
    async knowsRealm(realm) {
      const { kdcs: configured } = config.realm(realm)
      try {
        return (await locateKdcs(realm, locating(realm, configured), env)).length > 0
      } catch (error) {
        if (error instanceof KrbError && error.code === 'KRB5_REALM_UNKNOWN') return false
        throw error
      }
    },
    async realmOfHost(host) {
      if (!config.dnsLookupRealm) return undefined
      const { realmByTxt } = await import('./realm-by-txt.ts')
      return realmByTxt(host, names, env)
    },
  }
}

/** How servers of a realm are looked for; `configured` is the caller's, who knows the relation. */
export function locateOptions(
  config: Pick<ChannelConfig, 'dnsLookupKdc' | 'dnsUriLookup' | 'profile'> & { realm(name: string): Pick<RealmConfig, 'sitename'> },
  realm: string,
  names: Names,
): Omit<LocateOptions, 'configured'> {
  const known = {
    get realms() {
      return config.profile.subsections('realms')
    },
    files: config.profile.paths,
  }
  return { useDns: config.dnsLookupKdc, useUris: config.dnsUriLookup, sitename: config.realm(realm).sitename, names, known }
}

/** Relations that cannot be read name nobody. */
function none(error: unknown): readonly KdcServer[] {
  if (error instanceof KrbError) return []
  throw error
}

function contains(servers: readonly KdcServer[], { host, port }: KdcServer): boolean {
  return servers.some(server => server.host === host && server.port === port)
}

const UDP_FIRST = ['udp', 'tcp'] as const
const TCP_FIRST = ['tcp', 'udp'] as const
