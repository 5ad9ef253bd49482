import type { EncryptedData } from '../../core/asn1/messages/encrypted-data.ts'
import { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import { openData, prepareKey } from '../../core/crypto/encrypted-data.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { isTgtPrincipal, type Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { unknownTicketServer } from '../audit/log-line.ts'
import { type FoundKey, type KeyRing, keysOfVersion, newestVersion } from '../keys.ts'
import { serverSignedPac } from '../pac/verified.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import type { Store } from '../store/store.ts'
import type { OpenedTicket } from './opened-tickets.ts'

/** The entry of the server that a presented ticket names. */
export async function serverOfTicket(server: Principal, store: Store, status: string): Promise<PrincipalEntry | Refusal> {
  const entry = await store.principal(server)
  if (entry === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', status, { remark: unknownTicketServer(server) })
  const usable = !(entry.attributes & (Attributes.DISALLOW_SVR | Attributes.DISALLOW_ALL_TIX))
  return usable ? entry : new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', status)
}

/** The ticket as opened before, or with the first key of its server that fits. Throws `KrbError`. */
export function openTicket(
  sealed: EncryptedData,
  server: Principal,
  entry: PrincipalEntry,
  { realm, keys, openedTickets }: RealmDesk,
): OpenedTicket {
  const found = candidates(entry, server, sealed, realm.policy.permittedEtypes)
  return openedTickets.opened(sealed.cipher, found, digest => openWithAny(found, sealed, digest, keys))
}

function openWithAny(found: readonly FoundKey[], sealed: EncryptedData, digest: string, keys: KeyRing): OpenedTicket {
  let failure: KrbError | undefined
  for (const candidate of found) {
    try {
      // A copy of its own: what is kept must not hold on to the buffers that cryptography works in.
      const serverKey = keys.ready(candidate)
      const ticket = EncTicketPart.decode(openData(serverKey, KeyUsage.KDC_REP_TICKET, sealed).slice())
      const sessionKey = prepareKey({ etype: ticket.key.keytype, value: ticket.key.keyvalue })
      return { ticket, sessionKey, openedBy: candidate.data, digest, pac: once(() => serverSignedPac(ticket, serverKey)) }
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      failure = error
    }
  }
  throw failure ?? new KrbError('KRB5_KDB_NO_MATCHING_KEY')
}

/** The first answer, kept. */
function once<T>(ask: () => T): () => T {
  let answer: { readonly value: T } | undefined
  return () => {
    answer ??= { value: ask() }
    return answer.value
  }
}

/**
 * Our own TGTs are only ever under the first key of a version; other tickets name their enctype. Without a version (Active Directory's cross-realm
 * tickets) the newest that has such a key is tried, and the two before it.
 */
function candidates(
  entry: PrincipalEntry,
  server: Principal,
  { kvno, etype }: EncryptedData,
  permitted: readonly EtypeId[],
): readonly FoundKey[] {
  const own = isTgtPrincipal(server) && server.components[1] === server.realm
  const fits = ({ data }: FoundKey) => own || data.etype === etype
  const ofVersion = (version: number) =>
    keysOfVersion(entry, version, permitted)
      .filter(fits)
      .slice(0, own ? 1 : undefined)
  if (kvno !== undefined && kvno !== 0) return ofVersion(kvno)
  const newest = newestVersion(own ? entry : { keyData: entry.keyData.filter(data => data.etype === etype) })
  return [newest, newest - 1, newest - 2].flatMap(ofVersion)
}
