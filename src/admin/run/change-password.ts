import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { PolicyEntry } from '../../kdc/store/entry.ts'
import type { KadmData } from '../../kdc/store/kadm-data.ts'
import type { StoreTx } from '../../kdc/store/store.ts'
import type { ChangePasswordInput, ChangePasswordResult } from '../language/change-password.ts'
import type { AdminContext, Handler } from './context.ts'
import { entryInside, kadmDataOf, requireEntry, stamped } from './entry.ts'
import { historyAfter, isHistoryPrincipal } from './history.ts'
import { chooseKeySalts, type FreshKey, keysFromPassword, randomKeys, wipeKeys } from './key-salts.ts'
import { checkPasswordQuality } from './password-quality/index.ts'
import { refuseMasterPrincipal } from './protected.ts'
import { keptKeys, nextKvno, rekeyed, sealKeys } from './rekey.ts'

/**
 * New keys, from a password or at random, with the next version number. The keys are made before the transaction begins, because
 * hashing takes long; the entry is read again inside it.
 * Throws `KADM5_UNK_PRINC`, `KADM5_PROTECT_PRINCIPAL`, `KADM5_BAD_KEYSALTS`, `KADM5_PASS_...`.
 */
export const changePassword: Handler<ChangePasswordInput, ChangePasswordResult> = async (input, context) => {
  refuseMasterPrincipal(input.principal, context)
  const entry = await requireEntry(input.principal, context)
  refuseMasterPrincipal(entry.principal, context)
  const history = isHistoryPrincipal(entry.principal, context)
  if (history && (input.password !== undefined || input.keepOld)) throw new KrbError('KADM5_PROTECT_PRINCIPAL')
  const policy = await policyOf(kadmDataOf(entry), context)
  const keySalts = chooseKeySalts(input.keySalts, policy, context.config)
  const keys = await freshKeys(entry.principal, input, policy, history ? keySalts.slice(0, 1) : keySalts, context)
  const kvno = await context.store.write(tx => replaceKeys(tx, input, keys, context))
  if (input.password === undefined) return { principal: input.principal, keys: keys.map(({ key }) => ({ kvno, key })) }
  wipeKeys(keys)
  return { principal: input.principal, keys: [] }
}

async function policyOf({ policy }: KadmData, { store }: AdminContext): Promise<PolicyEntry | undefined> {
  return policy === undefined ? undefined : store.policy(policy)
}

async function freshKeys(
  principal: Principal,
  { password }: ChangePasswordInput,
  policy: PolicyEntry | undefined,
  keySalts: Parameters<typeof randomKeys>[0],
  { random, dictionary }: AdminContext,
): Promise<readonly FreshKey[]> {
  if (password === undefined) return randomKeys(keySalts, random)
  await checkPasswordQuality({ password, principal, policy, dictionary })
  return keysFromPassword(principal, password, keySalts, random)
}

function replaceKeys(tx: StoreTx, input: ChangePasswordInput, keys: readonly FreshKey[], context: AdminContext): number {
  const entry = entryInside(tx, input.principal)
  const kadm = kadmDataOf(entry)
  const policy = kadm.policy === undefined ? undefined : tx.policy(kadm.policy)
  const kvno = nextKvno(entry.keyData)
  const changed = rekeyed(entry, [...sealKeys(keys, kvno, context), ...keptKeys(entry, input, context)], policy, context)
  const history = input.password === undefined || policy === undefined ? kadm : historyAfter(tx, entry, kadm, policy, keys, context)
  tx.putPrincipal(stamped(changed, history, context))
  return kvno
}
