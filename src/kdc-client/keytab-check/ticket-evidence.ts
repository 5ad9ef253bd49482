import { Ticket } from '../../core/asn1/messages/ticket.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import { memoryCcache } from '../../core/ccache/types/memory.ts'
import { openData } from '../../core/crypto/encrypted-data.ts'
import { etypeById } from '../../core/crypto/etypes/index.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { KeytabEntry } from '../../core/keytab/keytab.ts'
import { isTgtPrincipal, type Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import type { ClientContext } from '../context.ts'
import type { InitResult } from '../initial.ts'
import { serviceCredential } from '../service.ts'

/** A ticket that the KDC has just made for a service. */
export interface TicketEvidence {
  readonly etype: EtypeId
  readonly kvno: number | undefined
  /** Whether an entry's key opens it. */
  opensWith(entry: KeytabEntry): boolean
}

/** A ticket for the principal, with the ticket-granting tickets of a cache and without touching it; undefined when the KDC gives none. */
export async function ticketEvidence(service: Principal, cache: Ccache, context: ClientContext): Promise<TicketEvidence | undefined> {
  try {
    const granted = await serviceCredential(service, await grantingTicketsOf(cache), context)
    const { encPart } = Ticket.decode(granted.ticket)
    return {
      etype: encPart.etype,
      kvno: encPart.kvno,
      opensWith: ({ key }) => key.etype === encPart.etype && etypeById(key.etype) !== undefined && opens(key, encPart),
    }
  } catch (error) {
    // No ticket, no evidence: what the log-in said has to do.
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/**
 * The same for the one who has just logged in, with the ticket that this gave: MIT's KDC tells the version of a key nowhere else. An
 * entry that may not be a service gives none.
 */
export async function ticketForSelf(
  { client, credential, offset }: InitResult,
  context: ClientContext,
): Promise<TicketEvidence | undefined> {
  const cache = memoryCcache('log-in')
  await cache.replace(client, [credential], [], offset)
  return ticketEvidence(client, cache, context)
}

/** A copy with nothing but ticket-granting tickets: a service ticket in the cache may be older than the service's key. */
async function grantingTicketsOf(cache: Ccache): Promise<Ccache> {
  const copy = memoryCcache('keytab-check')
  await copy.replace(await cache.principal(), [], [], await cache.offset())
  for await (const credential of cache.credentials()) if (isTgtPrincipal(credential.server)) await copy.store(credential)
  return copy
}

function opens(key: KeytabEntry['key'], encPart: Ticket['encPart']): boolean {
  try {
    openData(key, KeyUsage.KDC_REP_TICKET, encPart).fill(0)
    return true
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}
