import type { PolicyRecord } from '../../../admin/language/records.ts'
import { displayText } from '../../../core/principal/display.ts'
import { durationText } from '../../../core/time/format.ts'

/** The long form of get_policy. */
export function policyText(policy: PolicyRecord): string {
  const keySalts = policy.allowedKeySalts === undefined ? [] : [`Allowed key/salt types: ${displayText(policy.allowedKeySalts)}`]
  return [
    `Policy: ${displayText(policy.name)}`,
    `Maximum password life: ${durationText(policy.maxLife)}`,
    `Minimum password life: ${durationText(policy.minLife)}`,
    `Minimum password length: ${policy.minLength}`,
    `Minimum number of password character classes: ${policy.minClasses}`,
    `Number of old keys kept: ${policy.history}`,
    `Maximum password failures before lockout: ${policy.maxFailures}`,
    `Password failure count reset interval: ${durationText(policy.failureInterval)}`,
    `Password lockout duration: ${durationText(policy.lockoutDuration)}`,
    ...keySalts,
    '',
  ].join('\n')
}

/** One line with tabs; the 0 stands where MIT once printed how many principals use the policy. */
export function policyTerse(policy: PolicyRecord): string {
  const { maxLife, minLife, minLength, minClasses, history, maxFailures, failureInterval, lockoutDuration } = policy
  const numbers = [maxLife, minLife, minLength, minClasses, history, 0, maxFailures, failureInterval, lockoutDuration]
  return `"${displayText(policy.name)}"\t${numbers.join('\t')}\t${displayText(policy.allowedKeySalts ?? '-')}\n`
}

export function policyJson(policy: PolicyRecord): object {
  return {
    name: policy.name,
    maxLife: policy.maxLife,
    minLife: policy.minLife,
    minLength: policy.minLength,
    minClasses: policy.minClasses,
    history: policy.history,
    maxFailures: policy.maxFailures,
    failureInterval: policy.failureInterval,
    lockoutDuration: policy.lockoutDuration,
    allowedKeySalts: policy.allowedKeySalts ?? null,
  }
}
