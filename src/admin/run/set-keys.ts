import { etypeById } from '../../core/crypto/etypes/index.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { KeyWithSalt, NameOnly } from '../language/records.ts'
import type { SetKeysInput } from '../language/set-keys.ts'
import type { Handler } from './context.ts'
import { entryInside, kadmDataOf, requireEntry, stamped } from './entry.ts'
import { isHistoryPrincipal } from './history.ts'
import { chooseKeySalts } from './key-salts.ts'
import { refuseMasterPrincipal } from './protected.ts'
import { keptKeys, nextKvno, rekeyed, sealKeys } from './rekey.ts'

/**
 * Throws `EINVAL` without keys, `KADM5_SETKEY_BAD_KVNO` for several versions or one that is kept, `KADM5_SETKEY_DUP_ENCTYPES`, `KADM5_BAD_KEYSALTS`,
 * `KRB5_BAD_ENCTYPE`, `KRB5_BAD_KEYSIZE`, `KADM5_UNK_PRINC`, `KADM5_PROTECT_PRINCIPAL`.
 */
export const setKeys: Handler<SetKeysInput, NameOnly> = async (input, context) => {
  const { principal, keys } = input
  refuseMasterPrincipal(principal, context)
  if (keys.length === 0) throw new KrbError('EINVAL')
  const found = await requireEntry(principal, context)
  refuseMasterPrincipal(found.principal, context)
  if (isHistoryPrincipal(found.principal, context)) throw new KrbError('KADM5_PROTECT_PRINCIPAL')
  if (keys.some(({ kvno }) => kvno !== keys[0]!.kvno)) throw new KrbError('KADM5_SETKEY_BAD_KVNO')
  return context.store.write(tx => {
    const entry = entryInside(tx, principal)
    const kadm = kadmDataOf(entry)
    const policy = kadm.policy === undefined ? undefined : tx.policy(kadm.policy)
    const kvno = keys[0]!.kvno === 0 ? nextKvno(entry.keyData) : keys[0]!.kvno
    if (input.keepOld && entry.keyData.some(data => data.kvno === kvno)) throw new KrbError('KADM5_SETKEY_BAD_KVNO')
    const keySalts = keys.map(({ key, saltType }) => ({ etype: key.etype, saltType }))
    chooseKeySalts(keySalts, policy, context.config)
    refuseTwins(keys)
    for (const { key } of keys) refuseMisfit(key)
    const all = [...sealKeys(keys, kvno, context), ...keptKeys(entry, input, context)]
    // Newest first: with kept keys the new ones need not be the newest.
    const keyData = all.sort((a, b) => b.kvno - a.kvno)
    tx.putPrincipal(stamped(rekeyed(entry, keyData, policy, context), kadm, context))
    return { principal }
  })
}

function refuseTwins(keys: readonly KeyWithSalt[]): void {
  const kinds = new Set(keys.map(({ key, saltType }) => `${key.etype}:${saltType}`))
  if (kinds.size < keys.length) throw new KrbError('KADM5_SETKEY_DUP_ENCTYPES')
}

/** A key that nobody could use is not stored. */
function refuseMisfit({ etype, value }: KeyWithSalt['key']): void {
  const profile = etypeById(etype)
  if (profile === undefined) throw new KrbError('KRB5_BAD_ENCTYPE')
  if (value.length !== profile.keyBytes) throw new KrbError('KRB5_BAD_KEYSIZE')
}
