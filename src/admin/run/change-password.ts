import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { KeyData, PolicyEntry, PrincipalEntry } from '../../kdc/store/entry.ts'
import type { KadmData } from '../../kdc/store/kadm-data.ts'
import type { StoreTx } from '../../kdc/store/store.ts'
import { masterKvnoContents, TlType, timeContents } from '../../kdc/store/tl-data.ts'
import type { ChangePasswordInput, ChangePasswordResult } from '../language/change-password.ts'
import type { AdminContext, Handler } from './context.ts'
import { entryInside, kadmDataOf, requireEntry, stamped, withTl } from './entry.ts'
import { historyAfter, isHistoryPrincipal } from './history.ts'
import { chooseKeySalts, type FreshKey, keysFromPassword, randomKeys, wipeKeys } from './key-salts.ts'
import { checkPasswordQuality } from './password-quality/index.ts'
import { refuseMasterPrincipal } from './protected.ts'
import { keysUnderActive, nextKvno, sealKeys } from './rekey.ts'

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
  const kept = input.keepOld ? keysUnderActive(entry, context) : []
  const changed = unlocked(entry, [...sealKeys(keys, kvno, context), ...kept], policy, context)
  const history = input.password === undefined || policy === undefined ? kadm : historyAfter(tx, entry, kadm, policy, keys, context)
  tx.putPrincipal(stamped(changed, history, context))
  return kvno
}

/** A new password ends the duty to change it, its expiry by date, and a lockout. */
function unlocked(
  entry: PrincipalEntry,
  keyData: readonly KeyData[],
  policy: PolicyEntry | undefined,
  { masterKeys, now }: AdminContext,
): PrincipalEntry {
  const sealed = withTl(entry, TlType.MKVNO, masterKvnoContents(masterKeys.active(now()).kvno))
  const dated = withTl(sealed, TlType.LAST_PWD_CHANGE, timeContents(now()))
  return {
    ...dated,
    keyData,
    attributes: (entry.attributes & ~PrincipalAttribute.REQUIRES_PWCHANGE) >>> 0,
    pwExpiration: policy === undefined || policy.maxLife === 0 ? 0 : now() + policy.maxLife,
    failAuthCount: 0,
  }
}
