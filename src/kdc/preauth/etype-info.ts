import { EtypeInfo2, type PaData } from '../../core/asn1/messages/pa-data.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import type { FoundKey } from '../keys.ts'
import { saltOf } from '../store/salt.ts'

/**
 * PA-ETYPE-INFO2 (RFC 4120 §5.2.7.5) with one entry, the key that the reply will be encrypted in: it is the first of the client's enctypes that
 * has a key, so no other would be used, and strangers get no longer answer than needed (threat T22). The salt is always there, as from MIT.
 */
export function etypeInfo2({ entry, data }: FoundKey): PaData {
  return { padataType: PaType.ETYPE_INFO2, padataValue: EtypeInfo2.encode([{ etype: data.etype, salt: saltOf(entry.principal, data) }]) }
}
