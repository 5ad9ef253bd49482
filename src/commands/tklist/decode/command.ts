import { isConfigEntry } from '../../../core/ccache/config-entry.ts'
import { resolveCcache } from '../../../core/ccache/resolve.ts'
import { loadClientConfig } from '../../../core/config/krb5-conf.ts'
import { during } from '../../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../../core/keytab/resolve.ts'
import { displayText } from '../../../core/principal/display.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import type { Call, Outcome } from '../../base.ts'
import { namingCache } from '../../text/cache-origin.ts'
import type { ListFlags } from '../flags.ts'
import { type Facts, factsText } from './facts.ts'
import { ticketFacts } from './ticket.ts'

/** `--decode`: the tickets of a cache opened with a keytab. With -k the first operand is the keytab; the next, or else the only one, is the cache. */
export async function runDecode({ options, operands, env }: Call<ListFlags>): Promise<Outcome> {
  const config = await during('initializing krb5', () => loadClientConfig(env))
  const [keytabName, cacheName] = options.keytab ? operands : [undefined, operands[0]]
  const doing = keytabName === undefined ? 'getting default keytab' : `resolving keytab ${keytabName}`
  const keytab = await during(doing, () => resolveKeytab(keytabName, env, config, 'server'))
  const keys = await during('starting keytab scan', () => keytab.entries())
  const cache = await during('resolving ccache', () => resolveCcache(cacheName, env, config))
  return namingCache(cacheName, { env, config }, async () => {
    const principal = unparsePrincipal(await cache.principal())
    const tickets: Facts[] = []
    for await (const credential of cache.credentials())
      if (!isConfigEntry(credential)) tickets.push(await ticketFacts(credential, { keys, keytab: keytab.name }, options.asn1))
    const heading = `Ticket cache: ${displayText(cache.name)}\nDefault principal: ${displayText(principal)}\nKeytab: ${displayText(keytab.name)}\n`
    return {
      status: tickets.every(({ problem }) => problem === undefined) ? 0 : 1,
      text: () => heading + tickets.map(ticketText).join(''),
      json: () => ({ cache: cache.name, principal, keytab: keytab.name, tickets }),
    }
  })
}

function ticketText({ service, ...rest }: Facts): string {
  return `\n${displayText(String(service))}\n${factsText(rest)}`
}
