import type { PolicyName } from '../../language/delete-policy.ts'
import type { PolicyWords } from '../../language/policy-words.ts'
import type { PolicyChange, PolicyRecord } from '../../language/records.ts'
import { PolicyMask } from '../../wire/kadm5/masks.ts'
import { EMPTY_POLICY_ENT, type PolicyEnt } from '../../wire/kadm5/structures.ts'
import type { Kadm5 } from '../kadm5.ts'

export async function addPolicy({ name, change }: PolicyWords, server: Kadm5): Promise<undefined> {
  const { entry, mask } = changedEntry(name, change)
  await server.call('createPolicy', { entry, mask: mask | PolicyMask.POLICY })
  return undefined
}

export async function modifyPolicy({ name, change }: PolicyWords, server: Kadm5): Promise<undefined> {
  await server.call('modifyPolicy', changedEntry(name, change))
  return undefined
}

export async function getPolicy({ name }: PolicyName, server: Kadm5): Promise<PolicyRecord> {
  const { entry } = await server.call('getPolicy', { name })
  return {
    name: entry.policy ?? name,
    minLife: entry.pwMinLife,
    maxLife: entry.pwMaxLife,
    minLength: entry.pwMinLength,
    minClasses: entry.pwMinClasses,
    history: entry.pwHistoryNum,
    maxFailures: entry.pwMaxFail,
    failureInterval: entry.pwFailcntInterval,
    lockoutDuration: entry.pwLockoutDuration,
    allowedKeySalts: entry.allowedKeysalts,
    attributes: entry.attributes,
    maxTicketLife: entry.maxLife,
    maxRenewableLife: entry.maxRenewableLife,
    tlData: (entry.tlData ?? []).map(({ type, value }) => ({ type, contents: value })),
  }
}

function changedEntry(name: string, change: PolicyChange): { readonly entry: PolicyEnt; readonly mask: number } {
  let mask = 0
  const take = <T>(value: T | undefined, bit: number, none: T): T => {
    if (value === undefined) return none
    mask |= bit
    return value
  }
  const tlData = take(change.tlData, PolicyMask.POLICY_TL_DATA, [])
  const entry = {
    ...EMPTY_POLICY_ENT,
    policy: name,
    pwMinLife: take(change.minLife, PolicyMask.PW_MIN_LIFE, 0),
    pwMaxLife: take(change.maxLife, PolicyMask.PW_MAX_LIFE, 0),
    pwMinLength: take(change.minLength, PolicyMask.PW_MIN_LENGTH, 0),
    pwMinClasses: take(change.minClasses, PolicyMask.PW_MIN_CLASSES, 0),
    pwHistoryNum: take(change.history, PolicyMask.PW_HISTORY_NUM, 0),
    pwMaxFail: take(change.maxFailures, PolicyMask.PW_MAX_FAILURE, 0),
    pwFailcntInterval: take(change.failureInterval, PolicyMask.PW_FAILURE_COUNT_INTERVAL, 0),
    pwLockoutDuration: take(change.lockoutDuration, PolicyMask.PW_LOCKOUT_DURATION, 0),
    attributes: take(change.attributes, PolicyMask.POLICY_ATTRIBUTES, 0),
    maxLife: take(change.maxTicketLife, PolicyMask.POLICY_MAX_LIFE, 0),
    maxRenewableLife: take(change.maxRenewableLife, PolicyMask.POLICY_MAX_RLIFE, 0),
    allowedKeysalts: change.allowedKeySalts,
    tlCount: tlData.length,
    tlData: tlData.length > 0 ? tlData.map(({ type, contents }) => ({ type, value: contents })) : undefined,
  }
  // Present but undefined clears the list.
  return { entry, mask: mask | ('allowedKeySalts' in change ? PolicyMask.POLICY_ALLOWED_KEYSALTS : 0) }
}
