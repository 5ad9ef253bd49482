import type { PeerRealm } from '../../../helpers/mit-realm.ts'
import { runAsync } from '../../../helpers/process.ts'
import { REALM_LIFE, REALM_RENEWABLE_LIFE } from '../entries.ts'
import type { Kdc } from './kdc.ts'

export const OWN_LIMITS: Kdc['limits'] = {
  life: { seconds: REALM_LIFE, name: 'realm' },
  renewableLife: { seconds: REALM_RENEWABLE_LIFE, name: 'realm' },
}

export function onLoopback(id: Kdc['id'], peer: PeerRealm, limits: Kdc['limits'], lacking: Kdc['lacking']): Kdc {
  const { realm, folder, env, stop, port } = peer
  return {
    id,
    realm,
    folder,
    env,
    clientAddress: '127.0.0.1',
    address: `127.0.0.1:${port}`,
    limits,
    lacking,
    names: new Map(),
    run: (program, args, options) => runAsync(program, args, { ...options, env: { ...env, ...options.env } }),
    stop,
  }
}
