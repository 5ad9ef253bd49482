import type { PasswordChannel } from '../core/channel.ts'
import type { RealmConfig } from '../core/config/realms.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { type ChannelConfig, type ChannelOptions, locateOptions } from './channel.ts'
import { systemNames } from './dns.ts'
import { type ChannelEnv, exchangeWith } from './exchange.ts'
import { locatePasswordServers } from './locate.ts'

/** What of the configuration finds password servers. */
export type PasswordChannelConfig = Pick<ChannelConfig, 'dnsLookupKdc' | 'dnsUriLookup' | 'requestTimeout' | 'profile'> & {
  realm(name: string): Pick<RealmConfig, 'kpasswdServers' | 'adminServers' | 'httpAnchors' | 'sitename'>
}

/** The channel to the password servers of a realm, with the order and delays of the one to its KDCs. */
export function passwordChannel(config: PasswordChannelConfig, env: ChannelEnv, options: ChannelOptions = {}): PasswordChannel {
  const names = options.names ?? systemNames()
  return {
    async exchange(realm, messageFrom) {
      const { kpasswdServers, adminServers, httpAnchors } = config.realm(realm)
      const where = { ...locateOptions(config, realm, names), configured: kpasswdServers, adminServers }
      const servers = await locatePasswordServers(realm, where, env)
      const hints: string[] = []
      for (const transport of ['tcp', 'udp'] as const) {
        const order = [transport]
        const plan = { realm, servers, message: messageFrom, order, anchors: httpAnchors, timeoutMs: 1000 * config.requestTimeout }
        try {
          return (await exchangeWith(plan, { ...options, names }, env)).answer
        } catch (error) {
          if (!(error instanceof KrbError) || error.code !== 'KRB5_KDC_UNREACH') throw error
          hints.push(...error.hints)
        }
      }
      // In MIT's words without the realm, unlike those for KDCs.
      throw new KrbError('KRB5_KDC_UNREACH', { realm }, { hints: [...new Set(hints)] })
    },
  }
}
