import { isAddress } from '../core/config/host-realm.ts'
import type { Env } from '../core/env.ts'
import type { Names } from './dns.ts'

/** The realm that a TXT record of `_kerberos.HOST`, or of one of its parent domains, gives to a host; it may end in a dot. */
export async function realmByTxt(host: string, names: Pick<Names, 'text'>, env: Pick<Env, 'trace'>): Promise<string | undefined> {
  if (isAddress(host) || !HOST.test(host)) return undefined
  const labels = host.split('.')
  for (let skipped = 0; skipped < labels.length; skipped++) {
    const domain = `_kerberos.${labels.slice(skipped).join('.')}`
    const realm = (await names.text(domain))?.replace(/\.$/, '')
    env.trace({ event: 'txt-lookup', domain: `${domain}.`, realm })
    if (realm !== undefined && realm !== '') return realm
  }
  return undefined
}

const HOST = /^(?=.{1,240}$)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/
