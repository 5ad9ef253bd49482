import type { EncryptedData } from '../asn1/messages/encrypted-data.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { KrbError } from '../errors/krb-error.ts'
import type { EtypeId } from '../registry/etype.ts'
import type { KeyUsageId } from '../registry/key-usage.ts'
import type { Key, PreparedKey } from './etype.ts'
import { requireEtype } from './etypes/index.ts'
import { withoutPadding } from './padding.ts'

/** Where confounders and new keys come from: `Env.random`, or a pool filled from it. */
export type RandomSource = (length: number) => Bytes

/** Throws `KRB5_PROG_ETYPE_NOSUPP`, or `KRB5_BAD_KEYSIZE` for a key of a wrong length. The octets are copied: the key may be wiped. */
export function prepareKey(key: Key): PreparedKey {
  return requireEtype(key.etype).prepare(key.value)
}

export function asPrepared(key: Key | PreparedKey): PreparedKey {
  return 'value' in key ? prepareKey(key) : key
}

export function randomKey(etype: EtypeId, random: RandomSource): Key {
  const profile = requireEtype(etype)
  return { etype, value: profile.randomToKey(random(profile.seedBytes)) }
}

/** EncryptedData (RFC 4120 §5.2.9) under `key`. `kvno` goes along for long-term keys. */
export function sealData(key: Key | PreparedKey, usage: KeyUsageId, plaintext: Bytes, random: RandomSource, kvno?: number): EncryptedData {
  const prepared = asPrepared(key)
  const { etype } = prepared
  const cipher = etype.encrypt(prepared, usage, plaintext, random(etype.confounderBytes))
  return kvno === undefined ? { etype: etype.id, cipher } : { etype: etype.id, kvno, cipher }
}

/**
 * The DER inside. Throws `KRB5_BAD_ENCTYPE` when the data names another enctype than the key's, `KRB5KRB_AP_ERR_BAD_INTEGRITY` when the
 * octets are wrong.
 */
export function openData(key: Key | PreparedKey, usage: KeyUsageId, data: EncryptedData): Bytes {
  const prepared = asPrepared(key)
  if (data.etype !== prepared.etype.id) throw new KrbError('KRB5_BAD_ENCTYPE')
  const { etype } = prepared
  return withoutPadding(etype.decrypt(prepared, usage, data.cipher), etype.padTo)
}
