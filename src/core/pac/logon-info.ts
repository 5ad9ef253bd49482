import type { Bytes } from '../bytes/bytes.ts'
import type { FileTime } from './file-time.ts'
import { NdrReader } from './ndr.ts'
import { decodeSid, sidLength } from './sid.ts'

/** KERB_VALIDATION_INFO (MS-PAC §2.5) as far as people ask for it; Active Directory's, no MIT KDC writes one. Times in seconds since 1970. */
export interface LogonInfo {
  readonly logonTime: FileTime
  readonly logoffTime: FileTime
  readonly passwordLastSet: FileTime
  readonly passwordMustChange: FileTime
  readonly effectiveName: string
  readonly fullName: string
  readonly logonScript: string
  readonly profilePath: string
  readonly homeDirectory: string
  readonly logonCount: number
  readonly badPasswordCount: number
  readonly userId: number
  readonly primaryGroupId: number
  readonly groups: readonly Group[]
  readonly userFlags: number
  readonly logonServer: string
  readonly logonDomainName: string
  readonly logonDomainId: string | undefined
  readonly userAccountControl: number
  readonly extraSids: readonly ExtraSid[]
  readonly resourceGroupDomainId: string | undefined
  readonly resourceGroups: readonly Group[]
}

/** GROUP_MEMBERSHIP: the last part of the group's SID. */
export interface Group {
  readonly rid: number
  readonly attributes: number
}

export interface ExtraSid {
  readonly sid: string
  readonly attributes: number
}

/** Throws `EINVAL`, `ERANGE`. */
export function decodeLogonInfo(octets: Bytes): LogonInfo {
  const input = new NdrReader(octets)
  input.u32('top pointer')
  const [logonTime, logoffTime, , passwordLastSet, , passwordMustChange] = TIMES.map(name => input.time(name)) as [
    FileTime,
    FileTime,
    FileTime,
    FileTime,
    FileTime,
    FileTime,
  ]
  const names = NAMES.map(name => input.string(name))
  const logonCount = input.u16('LogonCount')
  const badPasswordCount = input.u16('BadPasswordCount')
  const userId = input.u32('UserId')
  const primaryGroupId = input.u32('PrimaryGroupId')
  input.u32('GroupCount')
  const hasGroups = input.pointer('GroupIds')
  const userFlags = input.u32('UserFlags')
  // The user session key, zero in Kerberos: it is never shown.
  input.octets(16, 'UserSessionKey')
  const hasServer = input.string('LogonServer')
  const hasDomain = input.string('LogonDomainName')
  const hasDomainId = input.pointer('LogonDomainId')
  input.octets(8, 'Reserved1')
  const userAccountControl = input.u32('UserAccountControl')
  input.u32('SubAuthStatus')
  input.time('LastSuccessfulILogon')
  input.time('LastFailedILogon')
  input.u32('FailedILogonCount')
  input.u32('Reserved3')
  input.u32('SidCount')
  const hasExtraSids = input.pointer('ExtraSids')
  const hasResourceDomain = input.pointer('ResourceGroupDomainSid')
  input.u32('ResourceGroupCount')
  const hasResourceGroups = input.pointer('ResourceGroupIds')

  const [effectiveName, fullName, logonScript, profilePath, homeDirectory] = names.map((present, i) =>
    present ? input.text(NAMES[i]!) : '',
  ) as [string, string, string, string, string, string]
  return {
    logonTime,
    logoffTime,
    passwordLastSet,
    passwordMustChange,
    effectiveName,
    fullName,
    logonScript,
    profilePath,
    homeDirectory,
    logonCount,
    badPasswordCount,
    userId,
    primaryGroupId,
    // The objects follow in the order of their pointers, and so do these.
    groups: hasGroups ? groups(input) : [],
    userFlags,
    logonServer: hasServer ? input.text('LogonServer') : '',
    logonDomainName: hasDomain ? input.text('LogonDomainName') : '',
    logonDomainId: hasDomainId ? sid(input) : undefined,
    userAccountControl,
    extraSids: hasExtraSids ? extraSids(input) : [],
    resourceGroupDomainId: hasResourceDomain ? sid(input) : undefined,
    resourceGroups: hasResourceGroups ? groups(input) : [],
  }
}

function groups(input: NdrReader): readonly Group[] {
  return input.array(8, 'GroupIds', () => ({ rid: input.u32('RelativeId'), attributes: input.u32('Attributes') }))
}

function extraSids(input: NdrReader): readonly ExtraSid[] {
  const list = input.array(8, 'ExtraSids', () => ({ present: input.pointer('Sid'), attributes: input.u32('Attributes') }))
  return list.flatMap(({ present, attributes }) => (present ? [{ sid: sid(input), attributes }] : []))
}

function sid(input: NdrReader): string {
  return decodeSid(input.octets(sidLength(input.u32('SubAuthorityCount')), 'SID'))
}

const TIMES = ['LogonTime', 'LogoffTime', 'KickOffTime', 'PasswordLastSet', 'PasswordCanChange', 'PasswordMustChange']
const NAMES = ['EffectiveName', 'FullName', 'LogonScript', 'ProfilePath', 'HomeDirectory', 'HomeDirectoryDrive']
