import type { Ccache } from '../../core/ccache/ccache.ts'
import { listCollection } from '../../core/ccache/collection.ts'
import type { TypedOctets } from '../../core/ccache/credential.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { AddressType } from '../../core/registry/address-type.ts'
import { loadZone, type Zone } from '../../core/time/zone.ts'
import { type Call, failureText, type Outcome } from '../base.ts'
import { addressText } from '../text/address.ts'
import { namingCache } from '../text/cache-origin.ts'
import { LongText } from '../text/long-text.ts'
import type { AddressText } from '../text/ticket.ts'
import type { ListFlags } from './flags.ts'
import { cacheHeading, cacheJson, collectionText, entryText, TICKET_COLUMNS, texts, ticketCells } from './render.ts'
import { type CacheListing, isUsable, listCache, type MemberLine, memberLine, walkCache } from './run.ts'

/** Caches, in any of the ways to look at them. */
export async function runCache(call: ListCall): Promise<Outcome> {
  const { options, operands, env } = call
  const config = await during('initializing krb5', () => loadClientConfig(env))
  const name = operands[0]
  if (options.collection || options.all) {
    const caches = during('listing ccache collection', () => listCollection(name, env, config))
    if (options.status) return usability((await caches.catch(nothing)) ?? [], call)
    return options.collection ? overview(await caches, call) : showAll(await caches, call)
  }
  const cache = during('resolving ccache', () => resolveCcache(name, env, config))
  if (options.status) return usability(await cache.then(found => [found]).catch(nothing), call)
  if (options.kirbi !== undefined) return (await import('./export.ts')).exported(await cache, options.kirbi, env)
  return namingCache(name, { env, config }, async () => showOne(await cache, call))
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

async function ticketTable(listing: CacheListing, zone: Zone): Promise<string> {
  const { tableText } = await import('../text/table.ts')
  const rows = listing.entries.flatMap(entry => ('ticket' in entry ? [ticketCells(entry.ticket, zone)] : []))
  return tableText(TICKET_COLUMNS, rows, { columns: process.stdout.columns })
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

type ListCall = Call<ListFlags>
