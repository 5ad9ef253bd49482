import { decodeText } from '../../core/bytes/text.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import { ownerOf } from '../../core/ccache/collection.ts'
import { isConfigEntry } from '../../core/ccache/config-entry.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Keytab } from '../../core/keytab/keytab.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { type AddressText, type TicketLine, TicketLines } from '../text/ticket.ts'

/** What a cache holds, as plain data: names unparsed, times in seconds since 1970, configuration values as text (lossless octets). */
export interface CacheListing {
  readonly name: string
  readonly principal: string
  /** In the cache's order. */
  readonly entries: readonly CacheEntry[]
  /** What stopped the reading before the end. */
  readonly failure?: KrbError
}

export type CacheEntry = { readonly ticket: TicketLine } | { readonly setting: ConfigLine }

/** A cache of a collection, for the overview. */
export interface MemberLine {
  readonly name: string
  readonly principal: string
  readonly expired: boolean
}

export interface ConfigLine {
  readonly key: string
  readonly principal?: string
  readonly value: string
}

export interface KeytabListing {
  readonly name: string
  readonly entries: readonly KeytabLine[]
}

export interface KeytabLine {
  readonly principal: string
  readonly kvno: number
  readonly timestamp: number
  readonly etype: EtypeId
  /** Hexadecimal; only when it was asked for. */
  readonly key?: string
}

/** Throws when there is no cache; a file that goes bad further down gives what came before and `failure`. */
export async function listCache(cache: Ccache, addressText: AddressText): Promise<CacheListing> {
  const entries: CacheEntry[] = []
  return { entries, ...(await walkCache(cache, addressText, entry => entries.push(entry))) }
}

/** As `listCache`, with each entry handed to `visit` and kept by nobody else: caches can hold many thousands. */
export async function walkCache(
  cache: Ccache,
  addressText: AddressText,
  visit: (entry: CacheEntry, owner: string) => void,
): Promise<Omit<CacheListing, 'entries'>> {
  const principal = unparsePrincipal(await cache.principal())
  const walked = { name: cache.name, principal }
  const lines = new TicketLines(addressText)
  try {
    for await (const credential of cache.entries()) {
      if (isConfigEntry(credential)) visit({ setting: configLine(credential) }, principal)
      else {
        const line = lines.of(credential)
        visit({ ticket: line instanceof Promise ? await line : line }, principal)
      }
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { ...walked, failure: error.during('retrieving a ticket') }
  }
  return walked
}

/** undefined without a readable client. */
export async function memberLine(cache: Ccache, now: number): Promise<MemberLine | undefined> {
  const owner = await ownerOf(cache)
  return owner && { name: cache.name, principal: unparsePrincipal(owner), expired: !(await isUsable(cache, now)) }
}

/** klist -s: a local TGT that has not expired, or, without any local TGT, some ticket that has not. Unreadable caches are no good. */
export async function isUsable(cache: Ccache, now: number): Promise<boolean> {
  let localTgt = false
  let currentTgt = false
  let currentOther = false
  try {
    const { realm } = await cache.principal()
    for await (const { server, endtime } of cache.credentials()) {
      if (isLocalTgt(server, realm)) {
        localTgt = true
        currentTgt ||= endtime > now
      } else {
        currentOther ||= endtime > now
      }
    }
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
  return localTgt ? currentTgt : currentOther
}

export async function listKeytab(keytab: Keytab, withKeys: boolean): Promise<KeytabListing> {
  const entries = (await keytab.entries()).map(({ principal, kvno, timestamp, key }) => ({
    principal: unparsePrincipal(principal),
    kvno,
    timestamp,
    etype: key.etype,
    ...(withKeys ? { key: key.value.use(octets => Buffer.from(octets).toString('hex')) } : {}),
  }))
  return { name: keytab.name, entries }
}

/** As it stands in the entry's name, which need not be what we would have written. */
function configLine({ server, ticket }: Credential): ConfigLine {
  const [, key = '', principal] = server.components
  return { key, ...(principal === undefined ? {} : { principal }), value: decodeText(ticket) }
}

function isLocalTgt(server: Principal, realm: string): boolean {
  const [service, ofRealm, ...more] = server.components
  return service === 'krbtgt' && ofRealm === realm && more.length === 0 && server.realm === realm
}
