import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import type { ExchangeOptions } from '../../../src/core/channel.ts'
import { type ClientConfig, clientConfig } from '../../../src/core/config/krb5-conf.ts'
import { EMPTY_PROFILE, loadProfile } from '../../../src/core/config/profile.ts'
import type { Files } from '../../../src/core/env.ts'
import type { ClientContext } from '../../../src/kdc-client/context.ts'
import { world } from './fake-kdc.ts'

export type Kdc = (message: Bytes, realm: string, options: ExchangeOptions) => Bytes

/** A client in a world where `kdc` answers every request, and what it asked. */
export async function contextOf(kdc: Kdc, conf = '', localAddresses: readonly Bytes[] = []) {
  const asked: { realm: string; message: Bytes; tcpOnly: boolean }[] = []
  const env = world()
  const channel = {
    exchange: async (realm: string, message: Bytes, options: ExchangeOptions = {}) => {
      asked.push({ realm, message, tcpOnly: options.tcpOnly ?? false })
      return kdc(message, realm, options)
    },
    localAddresses: async () => localAddresses,
  }
  const context = { env, config: await configOf(conf), channel } as unknown as ClientContext
  return { context, asked, events: env.events }
}

async function configOf(text: string): Promise<ClientConfig> {
  if (text === '') return clientConfig(EMPTY_PROFILE)
  const files = { read: async () => encodeText(text), stat: async () => ({ kind: 'file', mode: 0o600, uid: 0, size: text.length }) }
  return clientConfig(await loadProfile(['krb5.conf'], files as unknown as Files))
}
