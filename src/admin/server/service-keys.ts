import type { TicketKeys } from '../../core/ap/open-ap-req.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import { type Principal, samePrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { type KeyRing, keysOfVersion } from '../../kdc/keys.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import type { Store } from '../../kdc/store/store.ts'

/**
 * The keys of a service of ours, straight from the database. None for a name that is not there, that only leads to another entry, or
 * whose entry may not be a service. A ticket without a version may be under any of them.
 */
export async function serviceKeys(service: Principal, store: Store, ring: KeyRing, permitted: readonly EtypeId[]): Promise<TicketKeys> {
  const entry = await store.principal(service)
  if (entry === undefined || !samePrincipal(entry.principal, service) || entry.attributes & NO_SERVICE) return () => []
  return (etype, kvno) => versionsOf(entry, kvno).flatMap(version => readyKeys(entry, etype, version, ring, permitted))
}

function versionsOf(entry: PrincipalEntry, kvno: number | undefined): readonly number[] {
  return kvno === undefined || kvno === 0 ? [...new Set(entry.keyData.map(data => data.kvno))] : [kvno]
}

function readyKeys(
  entry: PrincipalEntry,
  etype: EtypeId,
  version: number,
  ring: KeyRing,
  permitted: readonly EtypeId[],
): readonly PreparedKey[] {
  return keysOfVersion(entry, version, permitted)
    .filter(({ data }) => data.etype === etype)
    .map(found => ring.ready(found))
}

const NO_SERVICE = PrincipalAttribute.DISALLOW_SVR | PrincipalAttribute.DISALLOW_ALL_TIX
