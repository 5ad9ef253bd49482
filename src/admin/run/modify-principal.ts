import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyEntry, PrincipalEntry } from '../../kdc/store/entry.ts'
import type { KadmData } from '../../kdc/store/kadm-data.ts'
import { readTime, TlType, timeContents } from '../../kdc/store/tl-data.ts'
import type { ModifyPrincipalInput } from '../language/modify-principal.ts'
import type { NameOnly } from '../language/records.ts'
import type { Handler } from './context.ts'
import { refuseDatabaseArguments } from './database-arguments.ts'
import { entryInside, kadmDataOf, stamped, withTaggedData, withTl } from './entry.ts'
import { checkPolicyReference } from './policy-rules.ts'

/** Without anything to change it still notes who was here. Throws `KADM5_UNK_PRINC`, `KADM5_BAD_POLICY`, `KADM5_BAD_TL_TYPE`, and `KADM5_BAD_MASK` when a policy is set and cleared at once. */
export const modifyPrincipal: Handler<ModifyPrincipalInput, NameOnly> = async (input, context) => {
  const { principal, change, clearPolicy, unlock } = input
  if (change.policy !== undefined && clearPolicy) throw new KrbError('KADM5_BAD_MASK')
  return context.store.write(tx => {
    const entry = entryInside(tx, principal)
    refuseDatabaseArguments(change)
    checkPolicyReference(change.policy)
    const policy = change.policy === undefined ? undefined : tx.policy(change.policy)
    const kadm = kadmDataOf(entry)
    const changed: PrincipalEntry = {
      ...entry,
      attributes: change.attributes ?? entry.attributes,
      maxLife: change.maxLife ?? entry.maxLife,
      maxRenewableLife: change.maxRenewableLife ?? entry.maxRenewableLife,
      expiration: change.expiration ?? entry.expiration,
      pwExpiration: newPwExpiration(entry, kadm, policy, input),
      failAuthCount: unlock ? 0 : (change.failAuthCount ?? entry.failAuthCount),
      tlData: withTaggedData(entry.tlData, change.tlData),
      keyData: change.kvno === undefined ? entry.keyData : entry.keyData.map(key => ({ ...key, kvno: change.kvno! & 0xffff })),
    }
    const unlocked = unlock ? withTl(changed, TlType.LAST_ADMIN_UNLOCK, timeContents(context.now())) : changed
    const newPolicy = clearPolicy ? undefined : (change.policy ?? kadm.policy)
    tx.putPrincipal(stamped(unlocked, { ...kadm, policy: newPolicy }, context))
    return { principal }
  })
}

/** A new policy counts its password life from the last change; a cleared one takes its date along. */
function newPwExpiration(
  entry: PrincipalEntry,
  kadm: KadmData,
  policy: PolicyEntry | undefined,
  { change, clearPolicy }: ModifyPrincipalInput,
): number {
  if (clearPolicy && kadm.policy !== undefined) return 0
  if (change.pwExpiration !== undefined) return change.pwExpiration
  if (policy === undefined) return entry.pwExpiration
  return policy.maxLife === 0 ? 0 : readTime(entry.tlData, TlType.LAST_PWD_CHANGE) + policy.maxLife
}
