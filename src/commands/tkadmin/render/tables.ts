import type { PolicyRecord, PrincipalRecord } from '../../../admin/language/records.ts'
import { principalAttributeNames } from '../../../core/flags/principal-attributes.ts'
import { etypeName } from '../../../core/registry/etype.ts'
import { durationText, isoTime } from '../../../core/time/format.ts'
import { shown } from '../names.ts'

export const PRINCIPAL_COLUMNS = ['Principal', 'Policy', 'Keys', 'Attributes', 'Expires', 'Password expires', 'Last success', 'Failures']

export function principalCells(record: PrincipalRecord): readonly string[] {
  const newest = record.keys.filter(({ kvno }) => kvno === record.kvno).map(({ etype }) => etypeName(etype))
  return [
    shown(record.principal),
    record.policy ?? '',
    newest.length === 0 ? '' : `${record.kvno}: ${[...new Set(newest)].join(' ')}`,
    principalAttributeNames(record.attributes).join(' '),
    date(record.expiration),
    date(record.pwExpiration),
    date(record.lastSuccess),
    String(record.failAuthCount),
  ]
}

export const POLICY_COLUMNS = ['Policy', 'Life', 'Least life', 'Length', 'Classes', 'History', 'Failures', 'Counted for', 'Lockout', 'Keys']

export function policyCells(policy: PolicyRecord): readonly string[] {
  return [
    policy.name,
    life(policy.maxLife),
    life(policy.minLife),
    String(policy.minLength),
    String(policy.minClasses),
    String(policy.history),
    policy.maxFailures === 0 ? '' : String(policy.maxFailures),
    life(policy.failureInterval),
    life(policy.lockoutDuration),
    policy.allowedKeySalts ?? '',
  ]
}

function date(seconds: number): string {
  return seconds === 0 ? '' : isoTime(seconds)
}

function life(seconds: number): string {
  return seconds === 0 ? '' : durationText(seconds)
}
