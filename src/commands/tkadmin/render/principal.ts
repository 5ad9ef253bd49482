import type { KeyRecord, PrincipalRecord } from '../../../admin/language/records.ts'
import { saltTypeName } from '../../../core/config/key-salts.ts'
import { principalAttributeNames } from '../../../core/flags/principal-attributes.ts'
import { displayText } from '../../../core/principal/display.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { etypeName, etypeStanding } from '../../../core/registry/etype.ts'
import { durationText, getprincTime, isoTime } from '../../../core/time/format.ts'
import type { Zone } from '../../../core/time/zone.ts'
import { shown } from '../names.ts'

/** The long form of get_principal. */
export function principalText(record: PrincipalRecord, { zone, missingPolicy }: { zone: Zone; missingPolicy: boolean }): string {
  const date = (seconds: number) => (seconds === 0 ? '[never]' : getprincTime(seconds, zone))
  const attributes = principalAttributeNames(record.attributes).map(name => ` ${name}`)
  return [
    `Principal: ${shown(record.principal)}`,
    `Expiration date: ${date(record.expiration)}`,
    `Last password change: ${date(record.lastPasswordChange)}`,
    `Password expiration date: ${date(record.pwExpiration)}`,
    `Maximum ticket life: ${durationText(record.maxLife | 0)}`,
    `Maximum renewable life: ${durationText(record.maxRenewableLife | 0)}`,
    `Last modified: ${getprincTime(record.modifiedAt, zone)} (${modifier(record)})`,
    `Last successful authentication: ${date(record.lastSuccess)}`,
    `Last failed authentication: ${date(record.lastFailed)}`,
    `Failed password attempts: ${record.failAuthCount}`,
    `Number of keys: ${record.keys.length}`,
    ...record.keys.map(key => `Key: vno ${key.kvno}, ${markedEtype(key)}${saltSuffix(key)}`),
    `MKey: vno ${record.mkvno}`,
    `Attributes:${attributes.join('')}`,
    `Policy: ${displayText(record.policy ?? '[none]')}${missingPolicy ? ' [does not exist]' : ''}`,
    '',
  ].join('\n')
}

/** One line with tabs; numbers are printed with a sign, as C prints a 32-bit integer. */
export function principalTerse(record: PrincipalRecord): string {
  const fields = [
    quoted(shown(record.principal)),
    record.expiration,
    record.lastPasswordChange,
    record.pwExpiration,
    record.maxLife,
    quoted(modifier(record)),
    record.modifiedAt,
    record.attributes,
    record.kvno,
    record.mkvno,
    quoted(displayText(record.policy ?? '[none]')),
    record.maxRenewableLife,
    record.lastSuccess,
    record.lastFailed,
    record.failAuthCount,
    record.keys.length,
    ...record.keys.flatMap(key => [key.version, key.kvno, key.etype, key.saltType]),
  ]
  return `${fields.map(field => (typeof field === 'number' ? field | 0 : field)).join('\t')}\n`
}

export function principalJson(record: PrincipalRecord): object {
  const date = (seconds: number) => (seconds === 0 ? null : isoTime(seconds))
  return {
    principal: unparsePrincipal(record.principal),
    expiration: date(record.expiration),
    lastPasswordChange: date(record.lastPasswordChange),
    passwordExpiration: date(record.pwExpiration),
    maxLife: record.maxLife,
    maxRenewableLife: record.maxRenewableLife,
    modifiedAt: date(record.modifiedAt),
    modifiedBy: record.modifiedBy === undefined ? null : unparsePrincipal(record.modifiedBy),
    attributes: principalAttributeNames(record.attributes),
    kvno: record.kvno,
    masterKvno: record.mkvno,
    policy: record.policy ?? null,
    lastSuccess: date(record.lastSuccess),
    lastFailed: date(record.lastFailed),
    failedAttempts: record.failAuthCount,
    keys: record.keys.map(key => ({ kvno: key.kvno, enctype: etypeName(key.etype), salt: saltName(key.saltType) })),
  }
}

function modifier({ modifiedBy }: PrincipalRecord): string {
  return modifiedBy === undefined ? '' : shown(modifiedBy)
}

function quoted(text: string): string {
  return `"${text}"`
}

function markedEtype({ etype }: KeyRecord): string {
  const standing = etypeStanding(etype)
  if (standing === 'unknown') return `UNSUPPORTED:<Encryption type 0x${(etype >>> 0).toString(16)}>`
  return standing === 'current' ? etypeName(etype) : `DEPRECATED:${etypeName(etype)}`
}

function saltSuffix({ version, saltType }: KeyRecord): string {
  if (version < 2 || saltType === 0) return ''
  return `:${saltTypeName(saltType) ?? `<Salt type 0x${(saltType >>> 0).toString(16)}>`}`
}

function saltName(saltType: number): string {
  return saltTypeName(saltType) ?? String(saltType)
}
