import { KrbError } from '../../../core/errors/krb-error.ts'
import type { PolicyChange, PolicyRecord, TaggedData } from '../../language/records.ts'
import { ApiVersion, PolicyMask } from '../../wire/kadm5/masks.ts'
import { EMPTY_POLICY_ENT, type PolicyEnt } from '../../wire/kadm5/structures.ts'
import { taggedData, wireTlData } from './principal-entry.ts'

/**
 * The fields that the mask names. Callers of an older version have no later fields, whatever bits they set. A new policy's mask names its name, a
 * present one's does not. Throws `KADM5_BAD_MASK`, `KADM5_BAD_TL_TYPE`.
 */
export function wantedPolicy(entry: PolicyEnt, mask: number, kind: 'new' | 'present', version: number): PolicyChange {
  if ((mask & ~KNOWN_BITS) !== 0 || ((mask & PolicyMask.POLICY) !== 0) !== (kind === 'new')) throw new KrbError('KADM5_BAD_MASK')
  const named = FIELDS.filter(({ bit, since }) => (mask & bit) !== 0 && version >= since)
  return Object.assign({}, ...named.map(({ change }) => change(entry)))
}

/** The codec leaves away what the caller's version does not have. */
export function policyEnt(record: PolicyRecord): PolicyEnt {
  return {
    ...EMPTY_POLICY_ENT,
    policy: record.name,
    pwMinLife: record.minLife,
    pwMaxLife: record.maxLife,
    pwMinLength: record.minLength,
    pwMinClasses: record.minClasses,
    pwHistoryNum: record.history,
    pwMaxFail: record.maxFailures,
    pwFailcntInterval: record.failureInterval,
    pwLockoutDuration: record.lockoutDuration,
    attributes: record.attributes,
    maxLife: record.maxTicketLife,
    maxRenewableLife: record.maxRenewableLife,
    allowedKeysalts: record.allowedKeySalts,
    tlCount: record.tlData.length,
    tlData: record.tlData.length === 0 ? undefined : wireTlData(record.tlData),
  }
}

interface Field {
  readonly bit: number
  readonly since: number
  change(entry: PolicyEnt): PolicyChange
}

const FIELDS: readonly Field[] = [
  { bit: PolicyMask.PW_MAX_LIFE, since: ApiVersion.V2, change: entry => ({ maxLife: entry.pwMaxLife >>> 0 }) },
  { bit: PolicyMask.PW_MIN_LIFE, since: ApiVersion.V2, change: entry => ({ minLife: entry.pwMinLife >>> 0 }) },
  { bit: PolicyMask.PW_MIN_LENGTH, since: ApiVersion.V2, change: entry => ({ minLength: entry.pwMinLength }) },
  { bit: PolicyMask.PW_MIN_CLASSES, since: ApiVersion.V2, change: entry => ({ minClasses: entry.pwMinClasses }) },
  { bit: PolicyMask.PW_HISTORY_NUM, since: ApiVersion.V2, change: entry => ({ history: entry.pwHistoryNum }) },
  { bit: PolicyMask.PW_MAX_FAILURE, since: ApiVersion.V3, change: entry => ({ maxFailures: entry.pwMaxFail }) },
  {
    bit: PolicyMask.PW_FAILURE_COUNT_INTERVAL,
    since: ApiVersion.V3,
    change: entry => ({ failureInterval: entry.pwFailcntInterval >>> 0 }),
  },
  { bit: PolicyMask.PW_LOCKOUT_DURATION, since: ApiVersion.V3, change: entry => ({ lockoutDuration: entry.pwLockoutDuration >>> 0 }) },
  { bit: PolicyMask.POLICY_ATTRIBUTES, since: ApiVersion.V4, change: entry => ({ attributes: entry.attributes }) },
  { bit: PolicyMask.POLICY_MAX_LIFE, since: ApiVersion.V4, change: entry => ({ maxTicketLife: entry.maxLife >>> 0 }) },
  { bit: PolicyMask.POLICY_MAX_RLIFE, since: ApiVersion.V4, change: entry => ({ maxRenewableLife: entry.maxRenewableLife >>> 0 }) },
  { bit: PolicyMask.POLICY_ALLOWED_KEYSALTS, since: ApiVersion.V4, change: entry => ({ allowedKeySalts: entry.allowedKeysalts }) },
  { bit: PolicyMask.POLICY_TL_DATA, since: ApiVersion.V4, change: entry => ({ tlData: policyData(entry) }) },
]

/** Arguments for a database module mean nothing in a policy: they are data like all other. */
function policyData({ tlData = [] }: PolicyEnt): readonly TaggedData[] {
  taggedData(tlData)
  return tlData.map(({ type, value }) => ({ type, contents: Uint8Array.from(value) }))
}

/** How many principals use it is told by nobody any more; saying so is no mistake. */
const KNOWN_BITS = FIELDS.reduce((bits, { bit }) => bits | bit, PolicyMask.POLICY | PolicyMask.REF_COUNT)
