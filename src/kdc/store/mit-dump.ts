import { encodeText } from '../../core/bytes/text.ts'
import type { KeyData, PolicyEntry, PrincipalEntry, TlData } from './entry.ts'
import { entryName } from './entry-name.ts'
import { TlType } from './tl-data.ts'

/** One version of MIT's dump format (docs/formats/mit-database.md), by the option that asks for it. */
export interface DumpFormat {
  /** MIT's name of it, for messages. */
  readonly name: string
  readonly header: string
  /** Whether the link from a principal to its policy goes along. */
  readonly kadmData: boolean
  /** Fields of a policy: 7, 10 with lockout, 15 with ticket policy and tl-data. */
  readonly policyFields: 7 | 10 | 15
}

export const DUMP_FORMATS: Readonly<Record<'b7' | 'r13' | 'r18' | 'latest', DumpFormat>> = {
  b7: { name: 'Kerberos version 5', header: headerOf(4), kadmData: false, policyFields: 7 },
  r13: { name: 'Kerberos version 5 release 1.3', header: headerOf(5), kadmData: true, policyFields: 7 },
  r18: { name: 'Kerberos version 5 release 1.8', header: headerOf(6), kadmData: true, policyFields: 10 },
  latest: { name: 'Kerberos version 5 release 1.11', header: headerOf(7), kadmData: true, policyFields: 15 },
}

/** A principal's line, newline included. The result is octets as text: one character is one octet (latin1). */
export function principalLine(entry: PrincipalEntry, format: DumpFormat): string {
  const name = octetText(entryName(entry.principal))
  const tlData = format.kadmData ? entry.tlData : entry.tlData.filter(({ type }) => type !== TlType.KADM_DATA)
  const fields: (string | number)[] = ['princ', ENTRY_LENGTH, name.length, tlData.length, entry.keyData.length, 0, name]
  fields.push(entry.attributes | 0, entry.maxLife | 0, entry.maxRenewableLife | 0, entry.expiration, entry.pwExpiration)
  fields.push(entry.lastSuccess, entry.lastFailed, entry.failAuthCount | 0)
  for (const item of tlData) pushTlData(fields, item)
  for (const key of entry.keyData) pushKey(fields, key)
  return `${fields.join('\t')}\t-1;\n`
}

/** A policy's line, as `principalLine`. */
export function policyLine(policy: PolicyEntry, format: DumpFormat): string {
  const fields: (string | number)[] = ['policy', octetText(policy.name)]
  fields.push(policy.minLife | 0, policy.maxLife | 0, policy.minLength | 0, policy.minClasses | 0, policy.history | 0, 0)
  if (format.policyFields >= 10) fields.push(policy.maxFailures | 0, policy.failureInterval | 0, policy.lockoutDuration | 0)
  if (format.policyFields === 15) {
    fields.push(policy.attributes | 0, policy.maxTicketLife | 0, policy.maxRenewableLife | 0)
    fields.push(policy.allowedKeySalts === undefined ? '-' : octetText(policy.allowedKeySalts), policy.tlData.length)
    for (const item of policy.tlData) pushTlData(fields, item)
  }
  return `${fields.join('\t')}\n`
}

function headerOf(version: number): string {
  return `kdb5_util load_dump version ${version}\n`
}

function pushTlData(fields: (string | number)[], { type, contents }: TlData): void {
  fields.push((type << 16) >> 16, contents.length, hex(contents))
}

function pushKey(fields: (string | number)[], key: KeyData): void {
  fields.push(key.version, key.kvno, key.etype, key.sealed.length, hex(key.sealed))
  if (key.version === 2) fields.push(key.saltType, key.salt.length, hex(key.salt))
}

function hex(octets: Uint8Array): string {
  return octets.length === 0 ? '-1' : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('hex')
}

function octetText(text: string): string {
  return Buffer.from(encodeText(text)).toString('latin1')
}

/** What MIT's entries call their length: the size of the fixed fields, always the same. */
export const ENTRY_LENGTH = 38
