import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyEntry, PrincipalEntry } from '../../kdc/store/entry.ts'
import { NO_KADM_DATA } from '../../kdc/store/kadm-data.ts'
import { masterKvnoContents, TlType, timeContents } from '../../kdc/store/tl-data.ts'
import type { AddPrincipalInput } from '../language/add-principal.ts'
import type { NameOnly } from '../language/records.ts'
import type { AdminContext, Handler } from './context.ts'
import { refuseDatabaseArguments } from './database-arguments.ts'
import { resolvedInside, stampedData, withTaggedData } from './entry.ts'
import { chooseKeySalts, type FreshKey, keysFromPassword, randomKeys, wipeKeys } from './key-salts.ts'
import { checkPasswordQuality } from './password-quality/index.ts'
import { checkPolicyReference } from './policy-rules.ts'
import { sealKeys } from './rekey.ts'

/** Throws `KADM5_DUP`, `KADM5_BAD_MASK` for a count of failures, `KADM5_BAD_POLICY`, `KADM5_BAD_TL_TYPE`, and for a password what `checkPasswordQuality` throws. */
export const addPrincipal: Handler<AddPrincipalInput, NameOnly> = async (input, context) => {
  const { principal, change } = input
  if (change.failAuthCount !== undefined) throw new KrbError('KADM5_BAD_MASK')
  checkPolicyReference(change.policy)
  if ((await context.store.principal(principal)) !== undefined) throw new KrbError('KADM5_DUP')
  const policy = change.policy === undefined ? undefined : await context.store.policy(change.policy)
  const keys = await newKeys(input, policy, context)
  refuseDatabaseArguments(change)
  const entry = newEntry(input, policy, keys, context)
  wipeKeys(keys)
  await context.store.write(tx => {
    if (resolvedInside(tx, principal) !== undefined) throw new KrbError('KADM5_DUP')
    tx.putPrincipal(entry)
  })
  return { principal }
}

async function newKeys(
  { principal, keys, keySalts }: AddPrincipalInput,
  policy: PolicyEntry | undefined,
  context: AdminContext,
): Promise<readonly FreshKey[]> {
  if (keys.from === 'password') {
    await checkPasswordQuality({ password: keys.password, principal, policy, dictionary: context.dictionary })
  }
  const chosen = chooseKeySalts(keySalts, policy, context.config)
  if (keys.from === 'nothing') return []
  if (keys.from === 'random') return randomKeys(chosen, context.random)
  return keysFromPassword(principal, keys.password, chosen, context.random)
}

function newEntry(
  { principal, change, keys: { from } }: AddPrincipalInput,
  policy: PolicyEntry | undefined,
  keys: readonly FreshKey[],
  context: AdminContext,
): PrincipalEntry {
  const { config, masterKeys, now } = context
  const policyExpiration = policy === undefined || policy.maxLife === 0 ? 0 : now() + policy.maxLife
  const dated = [{ type: TlType.LAST_PWD_CHANGE, contents: timeContents(now()) }]
  const sealed = { type: TlType.MKVNO, contents: masterKvnoContents(masterKeys.active(now()).kvno) }
  return {
    principal,
    attributes: change.attributes ?? config.defaultPrincipalFlags,
    maxLife: change.maxLife ?? config.maxLife,
    maxRenewableLife: change.maxRenewableLife ?? config.maxRenewableLife,
    expiration: change.expiration ?? config.defaultPrincipalExpiration,
    pwExpiration: change.pwExpiration ?? policyExpiration,
    lastSuccess: 0,
    lastFailed: 0,
    failAuthCount: 0,
    tlData: stampedData([sealed, ...withTaggedData(dated, change.tlData)], { ...NO_KADM_DATA, policy: change.policy }, context),
    keyData: sealKeys(keys, firstKvno(change.kvno, from === 'password'), context),
  }
}

/** With a password the version is at least 1; random keys take whatever -kvno says. */
function firstKvno(asked: number | undefined, password: boolean): number {
  if (asked === undefined) return 1
  return password ? Math.max(1, asked) : asked
}
