import type { Ccache } from '../../core/ccache/ccache.ts'
import type { TypedOctets } from '../../core/ccache/credential.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { AddressType } from '../../core/registry/address-type.ts'
import { loadZone, type Zone } from '../../core/time/zone.ts'
import { type Call, defineProgram, type Outcome, UsageError } from '../base.ts'
import { addressText } from '../text/address.ts'
import { fitTogether, LIST_FLAGS, type ListFlags } from './flags.ts'
import { cacheJson, cacheText, collectionText, keytabHeading, keytabJson, keytabText, TICKET_COLUMNS, ticketCells } from './render.ts'
import { type CacheListing, isUsable, listCache, listKeytab } from './run.ts'

export const program = defineProgram({
  name: 'tklist',
  summary: 'List the tickets of a credential cache, or the keys of a keytab.',
  flags: LIST_FLAGS,
  operands: { synopsis: '[name]', doc: 'NAME is a credential cache, or with -k a keytab; without it the default one is listed.' },
  usage,
  usageStatus: 1,
  firstMistakeEnds: true,
  check: (_, operands) => (operands.length > 1 ? [`Extra arguments (starting with "${operands[1]}").`] : []),
  async run(call) {
    if (!fitTogether(call.options)) throw new UsageError()
    return call.options.keytab ? runKeytab(call) : runCache(call)
  },
})

type ListCall = Call<ListFlags>

async function runCache({ options, operands, env }: ListCall): Promise<Outcome> {
  const { status, collection, all } = options
  const name = operands[0]
  const opening = during('initializing krb5', () => loadClientConfig(env)).then(config =>
    during('resolving ccache', () => resolveCcache(name, env, config)),
  )
  // A collection simply has no member where there is no cache, and -s keeps quiet about everything.
  const cache = await (status || collection || all ? opening.catch(nothing) : opening)
  if (status) {
    const usable = cache !== undefined && (await isUsable(cache, env.clock.now().seconds))
    return { status: usable ? 0 : 1, json: () => ({ cache: cache?.name ?? null, usable }) }
  }
  if (collection) {
    const members = cache === undefined ? [] : await membersOf(cache, env.clock.now().seconds)
    return { status: members.length > 0 ? 0 : 1, text: () => collectionText(members), json: () => ({ caches: members }) }
  }
  if (cache === undefined || (all && (await cache.principal().catch(nothing)) === undefined)) {
    return { status: 1, json: () => ({ caches: [] }) }
  }
  const listing = await listCache(cache, options.addresses && !options.numeric ? addressOrName : async address => addressText(address))
  const zone = await loadZone(env)
  const table = options.table ? await ticketTable(listing, zone) : undefined
  const { flags, etypes, addresses } = options
  const view = { zone, flags, etypes, addresses, adTypes: options['ad-types'], configuration: options.config }
  return {
    text: () => table ?? cacheText(listing, view),
    json: () => (all ? { caches: [cacheJson(listing)] } : cacheJson(listing)),
    ...(listing.failure === undefined ? {} : { failure: listing.failure }),
  }
}

async function ticketTable(listing: CacheListing, zone: Zone): Promise<string> {
  const { tableText } = await import('../text/table.ts')
  const rows = listing.tickets.map(ticket => ticketCells(ticket, zone))
  return tableText(TICKET_COLUMNS, rows, { columns: process.stdout.columns })
}

async function runKeytab({ options, operands, env }: ListCall): Promise<Outcome> {
  const config = await during('initializing krb5', () => loadClientConfig(env))
  const client = options['client-keytab']
  const name = operands[0]
  const doing = name !== undefined ? `resolving keytab ${name}` : client ? 'getting default client keytab' : 'getting default keytab'
  const keytab = await during(doing, () => resolveKeytab(name, env, config, client ? 'client' : 'server'))
  try {
    const listing = await listKeytab(keytab, options.keys)
    const zone = await loadZone(env)
    return {
      text: () => keytabHeading(listing.name) + keytabText(listing, { zone, times: options.times, etypes: options.etypes }),
      json: () => keytabJson(listing),
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { text: () => keytabHeading(keytab.name), failure: error.during('starting keytab scan') }
  }
}

async function membersOf(cache: Ccache, now: number) {
  const principal = await cache.principal().catch(nothing)
  if (principal === undefined) return []
  return [{ name: cache.name, principal: unparsePrincipal(principal), expired: !(await isUsable(cache, now)) }]
}

function nothing(error: unknown): undefined {
  if (!(error instanceof KrbError)) throw error
  return undefined
}

async function addressOrName(address: TypedOctets): Promise<string> {
  const text = addressText(address)
  if (address.type !== AddressType.INET && address.type !== AddressType.INET6) return text
  const { hostNameOf } = await import('../../platform/host-name.ts')
  return (await hostNameOf(text)) ?? text
}

function usage(name: string): string {
  return `Usage: ${name} [-e] [-V] [[-c] [-l] [-A] [-d] [-f] [-s] [-a [-n]]] [-k [-i] [-t] [-K]] [-C] [name]
\t-c specifies credentials cache
\t-k specifies keytab
\t   (Default is credentials cache)
\t-i uses default client keytab if no name given
\t-l lists credential caches in collection
\t-A shows content of all credential caches
\t-e shows the encryption type
\t-V shows the Kerberos version and exits
\toptions for credential caches:
\t\t-d shows the submitted authorization data types
\t\t-f shows credentials flags
\t\t-s sets exit status based on valid tgt existence
\t\t-a displays the address list
\t\t\t-n do not reverse-resolve
\toptions for keytabs:
\t\t-t shows keytab entry timestamps
\t\t-K shows keytab entry keys
\t\t-C includes configuration data entries
`
}
