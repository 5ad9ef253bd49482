import type { PreparedKey } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { keysOfVersion, newestVersion, ticketKey } from '../keys.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { type Refusal, refusalOf } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'

/** Keys of a realm's own ticket-granting service, by which its KDCs vouch for what they issued. */
export interface VouchingKeys {
  /** Signs. */
  readonly key: PreparedKey
  /** Of the two versions before, newest first: signatures say nothing about versions. Opened when asked for. */
  olderKeys(): readonly PreparedKey[]
}

/** `entry`: of the realm's TGS. */
export function vouchingKeys(entry: PrincipalEntry, { realm: { policy }, keys }: RealmDesk): VouchingKeys | Refusal {
  const firstOf = (kvno: number) => keysOfVersion(entry, kvno, policy.permittedEtypes).slice(0, 1)
  try {
    const key = keys.ready(ticketKey(entry, policy.permittedEtypes))
    return {
      key,
      olderKeys: () =>
        olderVersions(entry)
          .flatMap(firstOf)
          .map(found => keys.ready(found)),
    }
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, 'GET_LOCAL_TGT')
    throw error
  }
}

function olderVersions(entry: PrincipalEntry): readonly number[] {
  const newest = newestVersion(entry)
  return [newest - 1, newest - 2].filter(kvno => kvno > 0)
}
