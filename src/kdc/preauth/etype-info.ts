import { EtypeInfo, EtypeInfo2, type PaData } from '../../core/asn1/messages/pa-data.ts'
import { etypeById } from '../../core/crypto/etypes/index.ts'
import { ETYPE, type EtypeId } from '../../core/registry/etype.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import type { FoundKey } from '../keys.ts'
import { saltOf } from '../store/salt.ts'

/**
 * PA-ETYPE-INFO2 (RFC 4120 §5.2.7.5) with one entry, the key that the reply will be encrypted in: it is the first of the client's enctypes that
 * has a key, so no other would be used, and strangers get no longer answer than needed. The salt is always there, as from MIT.
 * A client that asks for none of the newer enctypes may know PA-ETYPE-INFO only, and gets both (RFC 4120 §3.1.3).
 */
export function etypeInfo({ entry, data }: FoundKey, wanted: readonly EtypeId[]): readonly PaData[] {
  const info = [{ etype: data.etype, salt: saltOf(entry.principal, data) }]
  const newer = { padataType: PaType.ETYPE_INFO2, padataValue: EtypeInfo2.encode(info) }
  return asksForNewer(wanted) ? [newer] : [{ padataType: PaType.ETYPE_INFO, padataValue: EtypeInfo.encode(info) }, newer]
}

/** The same in a reply, where MIT gives an old client its PA-PW-SALT too. */
export function etypeInfoOfReply(key: FoundKey, wanted: readonly EtypeId[]): readonly PaData[] {
  const info = etypeInfo(key, wanted)
  if (asksForNewer(wanted)) return info
  return [...info, { padataType: PaType.PW_SALT, padataValue: saltOf(key.entry.principal, key.data) }]
}

function asksForNewer(wanted: readonly EtypeId[]): boolean {
  return wanted.some(etype => !OLDER.has(etype) && etypeById(etype) !== undefined)
}

/** Specified before RFC 4120. */
const OLDER: ReadonlySet<EtypeId> = new Set([ETYPE.DES3_CBC_SHA1, ETYPE.ARCFOUR_HMAC, ETYPE.ARCFOUR_HMAC_EXP])
