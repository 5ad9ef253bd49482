import { decodeText } from '../../core/bytes/text.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import { openCollection } from '../../core/ccache/collection.ts'
import type { Credential, TypedOctets } from '../../core/ccache/credential.ts'
import { listOf } from '../../core/ccache/entry-cache.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { AddressType } from '../../core/registry/address-type.ts'
import { loadZone, type Zone } from '../../core/time/zone.ts'
import { type Call, defineProgram, failureText, type Outcome, UsageError } from '../base.ts'
import { addressText } from '../text/address.ts'
import { LongText } from '../text/long-text.ts'
import type { AddressText } from '../text/ticket.ts'
import { fitTogether, LIST_FLAGS, type ListFlags } from './flags.ts'
import {
  cacheHeading,
  cacheJson,
  collectionText,
  entryText,
  keytabHeading,
  keytabJson,
  keytabText,
  TICKET_COLUMNS,
  texts,
  ticketCells,
} from './render.ts'
import { type CacheListing, isUsable, listCache, listKeytab, type MemberLine, memberLine, walkCache } from './run.ts'

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

async function runCache(call: ListCall): Promise<Outcome> {
  const { options, operands, env } = call
  const config = await during('initializing krb5', () => loadClientConfig(env))
  const name = operands[0]
  if (options.collection || options.all) {
    const caches = during('listing ccache collection', () => openCollection(name, env, config))
    if (options.collection) return overview(await collected(await caches), call)
    if (options.status) return usability(await collected(await caches.catch(() => listOf([]))), call)
    return showAll(await collected(await caches), call)
  }
  const cache = during('resolving ccache', () => resolveCcache(name, env, config))
  if (options.status) return usability(await cache.then(found => [found]).catch(nothing), call)
  if (options.kirbi !== undefined) return exported(await cache, options.kirbi, env)
  return showOne(await cache, call)
}

/** `-s`. */
async function usability(caches: readonly Ccache[] | undefined, { env, options }: ListCall): Promise<Outcome> {
  const now = env.clock.now().seconds
  let usable = false
  for (const cache of caches ?? []) usable = (await isUsable(cache, now)) || usable
  const names = caches?.map(cache => cache.name) ?? []
  return { status: usable ? 0 : 1, json: () => (options.all ? { caches: names, usable } : { cache: names[0] ?? null, usable }) }
}

async function overview(caches: readonly Ccache[], { env }: ListCall): Promise<Outcome> {
  const now = env.clock.now().seconds
  const lines: MemberLine[] = []
  for (const cache of caches) {
    const line = await memberLine(cache, now)
    if (line !== undefined) lines.push(line)
  }
  return { status: lines.length > 0 ? 0 : 1, text: () => collectionText(lines), json: () => ({ caches: lines }) }
}

async function showOne(cache: Ccache, call: ListCall): Promise<Outcome> {
  if (call.json) {
    const listing = await listCache(cache, addressesAs(call))
    return { json: () => cacheJson(listing), ...failing(listing) }
  }
  const { text, failure } = await shown(cache, call)
  if (text === '' && failure !== undefined) throw failure
  return { text: () => text, ...failing({ failure }) }
}

/** Each as `showOne` does, an empty line between them; what goes wrong with one does not keep the others from being shown. */
async function showAll(caches: readonly Ccache[], call: ListCall): Promise<Outcome> {
  const texts: string[] = []
  const listings: CacheListing[] = []
  const failures: KrbError[] = []
  for (const cache of caches) {
    try {
      const listing = call.json ? await listCache(cache, addressesAs(call)) : undefined
      const view = listing ?? (await shown(cache, call))
      if (listing !== undefined) listings.push(listing)
      if ('text' in view) texts.push(view.text)
      if (view.failure !== undefined) failures.push(view.failure)
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      failures.push(error)
    }
  }
  return {
    status: failures.length < caches.length ? 0 : 1,
    text: () => texts.join('\n'),
    notes: () => failures.map(failure => failureText(failure, call.name)).join(''),
    json: () => ({ caches: listings.map(cacheJson) }),
  }
}

/** The whole text; empty beside a failure when nothing readable is in the cache. */
async function shown(cache: Ccache, call: ListCall): Promise<{ readonly text: string; readonly failure?: KrbError }> {
  const { options, env } = call
  const { flags, etypes, addresses } = options
  const zone = await loadZone(env)
  const view = { ...texts(zone), flags, etypes, addresses, adTypes: options['ad-types'], configuration: options.config }
  try {
    if (options.table) {
      const listing = await listCache(cache, addressesAs(call))
      return { text: await ticketTable(listing, zone), ...failing(listing) }
    }
    const text = new LongText()
    const walked = await walkCache(cache, addressesAs(call), (entry, owner) => text.add(entryText(entry, owner, view)))
    return { text: cacheHeading(walked) + text.whole(), ...failing(walked) }
  } catch (error) {
    if (error instanceof KrbError) return { text: '', failure: error }
    throw error
  }
}

function failing({ failure }: { readonly failure?: KrbError | undefined }): { readonly failure?: KrbError } {
  return failure === undefined ? {} : { failure }
}

function addressesAs({ options }: ListCall): AddressText {
  return options.addresses && !options.numeric ? addressOrName : async address => addressText(address)
}

/** `--kirbi`. What is no ticket (some caches hold such) stays behind. */
async function exported(cache: Ccache, path: string, env: Env): Promise<Outcome> {
  const { encodeKirbi, isTicket } = await import('../../core/ccache/kirbi.ts')
  const all: Credential[] = []
  for await (const credential of cache.credentials()) all.push(credential)
  const tickets = all.filter(isTicket)
  if (tickets.length === 0) throw new KrbError('KRB5_CC_NOTFOUND', { cache: cache.name }, { hints: [`${cache.name} holds no tickets`] })
  const message = encodeKirbi(tickets)
  if (path !== '-') await during(`writing ${path}`, () => env.files.replace(path, message, { mode: 0o600 }))
  return {
    text: () => (path === '-' ? decodeText(message) : ''),
    json: () => ({ cache: cache.name, kirbi: path, tickets: tickets.length, leftOut: all.length - tickets.length }),
  }
}

/** As far as it goes: MIT's klist stops without a word where a collection cannot be followed further. */
async function collected(caches: AsyncIterable<Ccache>): Promise<readonly Ccache[]> {
  const found: Ccache[] = []
  try {
    for await (const cache of caches) found.push(cache)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
  return found
}

async function ticketTable(listing: CacheListing, zone: Zone): Promise<string> {
  const { tableText } = await import('../text/table.ts')
  const rows = listing.entries.flatMap(entry => ('ticket' in entry ? [ticketCells(entry.ticket, zone)] : []))
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
