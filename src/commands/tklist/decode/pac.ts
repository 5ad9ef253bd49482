import { type Bytes, toHex } from '../../../core/bytes/bytes.ts'
import type { PreparedKey } from '../../../core/crypto/etype.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { decodeAttributesInfo } from '../../../core/pac/attributes-info.ts'
import { decodeClientInfo } from '../../../core/pac/client-info.ts'
import { type Pac, parsePac } from '../../../core/pac/container.ts'
import { decodeDelegationInfo } from '../../../core/pac/delegation-info.ts'
import type { FileTime } from '../../../core/pac/file-time.ts'
import { decodeLogonInfo, type ExtraSid, type Group } from '../../../core/pac/logon-info.ts'
import { decodeSid } from '../../../core/pac/sid.ts'
import { decodeSignature } from '../../../core/pac/signature.ts'
import { decodeUpnDnsInfo } from '../../../core/pac/upn-dns-info.ts'
import { verifyFullSignature, verifyKdcSignature, verifyServerSignature, verifyTicketSignature } from '../../../core/pac/verify.ts'
import { ChecksumType } from '../../../core/registry/checksum-type.ts'
import { PacBufferType, pacBufferName } from '../../../core/registry/pac-buffer.ts'
import { isoTime } from '../../../core/time/format.ts'
import type { Fact, Facts } from './facts.ts'

/** The keys that a PAC's signatures are held against. */
export interface PacWitnesses {
  /** What opened the ticket. */
  readonly server: PreparedKey
  /** Keys of the TGS of the ticket's realm, when the keytab has any. */
  readonly kdc: readonly PreparedKey[]
  readonly kdcName: string
  /** DER of the ticket's encrypted part with the PAC blanked out. */
  readonly blankedTicket: () => Bytes
}

export function pacFacts(octets: Bytes, witnesses: PacWitnesses): readonly Facts[] {
  const pac = readable(() => parsePac(octets))
  if (pac instanceof KrbError) return [{ buffer: 'PAC', problem: pac.message, octets: toHex(octets) }]
  return pac.buffers.map(({ type, data }) => {
    const buffer = pacBufferName(type)?.replaceAll('-', ' ') ?? `buffer ${type}`
    if (VERIFIERS.has(type)) return { buffer, ...signatureFacts(pac, type, data, witnesses) }
    const words = readable(() => WORDS.get(type)?.(data) ?? { size: data.length, octets: toHex(data.subarray(0, MOST_SHOWN)) })
    return { buffer, ...(words instanceof KrbError ? { problem: words.message, octets: toHex(data.subarray(0, MOST_SHOWN)) } : words) }
  })
}

function signatureFacts(pac: Pac, type: number, data: Bytes, witnesses: PacWitnesses): Facts {
  const signature = readable(() => decodeSignature(data))
  if (signature instanceof KrbError) return { problem: signature.message }
  const { checksum, rodc } = signature
  return {
    type: CHECKSUM_NAMES.get(checksum.cksumtype) ?? String(checksum.cksumtype),
    ...(rodc !== undefined && { readOnlyController: rodc }),
    verdict: verdictOf(pac, type, witnesses),
  }
}

function verdictOf(pac: Pac, type: number, { server, kdc, kdcName, blankedTicket }: PacWitnesses): string {
  const verify = VERIFIERS.get(type)!
  const keys = type === PacBufferType.SERVER_CHECKSUM ? [server] : kdc
  if (keys.length === 0) return `not verifiable: the keytab has no key of ${kdcName}`
  const failures = keys.map(key => readable(() => verify(pac, key, blankedTicket)))
  return failures.some(failure => !(failure instanceof KrbError)) ? 'good' : `WRONG: ${(failures[0] as KrbError).message}`
}

const VERIFIERS: ReadonlyMap<number, (pac: Pac, key: PreparedKey, ticket: () => Bytes) => void> = new Map([
  [PacBufferType.SERVER_CHECKSUM, verifyServerSignature],
  [PacBufferType.KDC_CHECKSUM, verifyKdcSignature],
  [PacBufferType.TICKET_CHECKSUM, (pac: Pac, key: PreparedKey, ticket: () => Bytes) => verifyTicketSignature(pac, key, ticket())],
  [PacBufferType.FULL_CHECKSUM, verifyFullSignature],
])

const WORDS: ReadonlyMap<number, (data: Bytes) => Facts> = new Map<number, (data: Bytes) => Facts>([
  [
    PacBufferType.CLIENT_INFO,
    data => {
      const { name, authtime } = decodeClientInfo(data)
      return { name, authtime: isoTime(authtime) }
    },
  ],
  [PacBufferType.LOGON_INFO, logonFacts],
  [
    PacBufferType.UPN_DNS_INFO,
    data => {
      const { upn, dnsDomainName, constructed, samName, sid } = decodeUpnDnsInfo(data)
      return { upn, dnsDomainName, constructed, ...(samName !== undefined && { samName }), ...(sid !== undefined && { sid }) }
    },
  ],
  [PacBufferType.ATTRIBUTES_INFO, data => ({ ...decodeAttributesInfo(data) })],
  [PacBufferType.REQUESTOR, data => ({ sid: decodeSid(data) })],
  [PacBufferType.DELEGATION_INFO, data => ({ ...decodeDelegationInfo(data) })],
  // Keys of the user's, sealed for the client of the AS exchange: how long it is says enough.
  [PacBufferType.CREDENTIALS, data => ({ size: data.length })],
])

function logonFacts(data: Bytes): Facts {
  const info = decodeLogonInfo(data)
  const sidOf = ({ rid, attributes }: Group) => `${rid} (0x${attributes.toString(16)})`
  const extra = ({ sid, attributes }: ExtraSid) => `${sid} (0x${attributes.toString(16)})`
  return {
    effectiveName: info.effectiveName,
    fullName: info.fullName,
    domain: info.logonDomainName,
    server: info.logonServer,
    domainSid: info.logonDomainId ?? null,
    userId: info.userId,
    primaryGroup: info.primaryGroupId,
    groups: info.groups.map(sidOf),
    extraSids: info.extraSids.map(extra),
    resourceDomainSid: info.resourceGroupDomainId ?? null,
    resourceGroups: info.resourceGroups.map(sidOf),
    logonTime: fileTime(info.logonTime),
    logoffTime: fileTime(info.logoffTime),
    passwordLastSet: fileTime(info.passwordLastSet),
    passwordMustChange: fileTime(info.passwordMustChange),
    logonCount: info.logonCount,
    badPasswordCount: info.badPasswordCount,
    userFlags: `0x${info.userFlags.toString(16)}`,
    accountControl: `0x${info.userAccountControl.toString(16)}`,
  }
}

function fileTime(time: FileTime): Fact {
  return time === 'never' ? time : isoTime(time)
}

/** What came of it, or why nothing: this shows tickets that somebody made, good or bad. */
function readable<T>(read: () => T): T | KrbError {
  try {
    return read()
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
}

const CHECKSUM_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ChecksumType).map(([name, id]) => [id, name.toLowerCase().replaceAll('_', '-')]),
)

const MOST_SHOWN = 256
