import type { PasswordChannel } from '../core/channel.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { type ChannelConfig, type ChannelOptions, exchangeWith } from './channel.ts'
import { systemNames } from './dns.ts'
import { locatePasswordServers } from './locate.ts'

/** What of the configuration finds password servers. */
export type PasswordChannelConfig = Pick<ChannelConfig, 'dnsLookupKdc'> & {
  realm(name: string): { readonly kpasswdServers: readonly string[]; readonly adminServers: readonly string[] }
}

/** The channel to the password servers of a realm, with the order and delays of the one to its KDCs. */
export function passwordChannel(config: PasswordChannelConfig, env: Pick<Env, 'trace'>, options: ChannelOptions = {}): PasswordChannel {
  const names = options.names ?? systemNames()
  return {
    async exchange(realm, messageFrom) {
      const { kpasswdServers, adminServers } = config.realm(realm)
      const where = { configured: kpasswdServers, adminServers, useDns: config.dnsLookupKdc, names }
      const servers = await locatePasswordServers(realm, where, env)
      const hints: string[] = []
      for (const transport of ['tcp', 'udp'] as const) {
        const plan = { realm, servers, message: messageFrom, order: [transport] }
        try {
          return await exchangeWith(plan, { ...options, names }, env)
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
