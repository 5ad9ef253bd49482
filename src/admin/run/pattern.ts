import { KrbError } from '../../core/errors/krb-error.ts'

/** A pattern of the list requests, refused (`EINVAL`) where MIT's would not compile: a backslash at the end, a `[` that nothing closes, a range backwards. */
export function checkedPattern(pattern: string): string {
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]
    if (char === '\\' && i++ === pattern.length - 1) throw new KrbError('EINVAL')
    if (char !== '[') continue
    // A bracket directly behind the first is a member.
    const end = pattern.indexOf(']', i + 2)
    if (end === -1) throw new KrbError('EINVAL')
    checkRanges(pattern.slice(i + 1, end))
    i = end
  }
  return pattern
}

function checkRanges(members: string): void {
  for (let i = 0; i + 2 < members.length; i++) {
    if (members[i + 1] !== '-') continue
    if (members[i]! > members[i + 2]!) throw new KrbError('EINVAL')
    i += 2
  }
}
