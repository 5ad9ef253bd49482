import type { AdminChannel } from '../core/channel.ts'
import type { Profile } from '../core/config/profile.ts'
import { placeText } from '../core/config/realm-origin.ts'
import type { RealmConfig } from '../core/config/realms.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { type ChannelConfig, locateOptions } from './channel.ts'
import { type Names, systemNames } from './dns.ts'
import type { ChannelEnv } from './exchange.ts'
import { type KdcServer, locateAdminServers } from './locate.ts'
import { connectStream, peerName, type StreamTimes } from './octet-stream.ts'

/** What of the configuration finds administration servers. */
export type AdminChannelConfig = Pick<ChannelConfig, 'dnsLookupKdc' | 'dnsUriLookup'> & {
  readonly profile: Pick<Profile, 'paths' | 'subsections' | 'where'>
  realm(name: string): Pick<RealmConfig, 'adminServers' | 'kadmindPort' | 'sitename'>
}

export interface AdminChannelOptions extends Partial<StreamTimes> {
  /** `host` or `host:port` to use instead of what the configuration says. */
  readonly server?: string | undefined
  readonly names?: Names
}

export function adminChannel(config: AdminChannelConfig, env: ChannelEnv, options: AdminChannelOptions = {}): AdminChannel {
  const { server, names = systemNames(), connectMs = CONNECT_MS, patienceMs = PATIENCE_MS } = options
  const servers = (realm: string) => {
    const { adminServers, kadmindPort } = config.realm(realm)
    const configured = server === undefined ? adminServers : [server]
    return locateAdminServers(realm, kadmindPort, { ...locateOptions(config, realm, names), configured }, env)
  }
  return {
    async hosts(realm) {
      return (await servers(realm)).map(({ host }) => host)
    },
    async connect(realm) {
      const tried: string[] = []
      let resolved = false
      for (const to of await addressesOf(await servers(realm), names, env)) {
        if (to.address === undefined) {
          tried.push(`${to.host}: no address found`)
          continue
        }
        resolved = true
        try {
          return await connectStream({ host: to.address, port: to.port }, { connectMs, patienceMs }, env)
        } catch (error) {
          if (!(error instanceof KrbError)) throw error
          tried.push(`${peerName({ address: to.address, port: to.port })}: ${error.message.toLowerCase()}`)
        }
      }
      const hints = [
        ...tried,
        `that is where ${server === undefined ? origin(realm, config) : 'the command line'} has kadmind: is it running?`,
      ]
      throw new KrbError(resolved ? 'KADM5_RPC_ERROR' : 'KADM5_CANT_RESOLVE', { realm }, { hints })
    },
  }
}

/** What names the servers: the relation with its place, else DNS. */
function origin(realm: string, { profile }: AdminChannelConfig): string {
  const place = profile.where('realms', realm, 'admin_server')
  return place === undefined ? 'DNS' : `admin_server (${placeText(place)})`
}

/** Every address of every server; a server without one stays, to be complained about. */
async function addressesOf(servers: readonly KdcServer[], names: Names, env: ChannelEnv) {
  const found = await Promise.all(
    servers.map(async ({ host, port }) => {
      env.trace({ event: 'resolving-host', host })
      const addresses: readonly (string | undefined)[] = (await names.addresses(host)).map(({ address }) => address)
      return (addresses.length === 0 ? [undefined] : addresses).map(address => ({ host, port, address }))
    }),
  )
  return found.flat()
}

/** How long one address may take to accept. */
const CONNECT_MS = 10_000
/** How long an answer may stay out: MIT's server waits half a minute for one client's broken call before it serves the next. */
const PATIENCE_MS = 120_000
