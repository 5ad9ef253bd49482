import { KrbError } from '../../core/errors/krb-error.ts'

/** A pattern of the list requests, refused (`EINVAL`) where MIT's would not compile: a backslash at the end, a `[` that nothing closes. */
export function checkedPattern(pattern: string): string {
  let set = false
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]
    if (set) set = char !== ']' || pattern[i - 1] === '[' || (pattern[i - 1] === '^' && pattern[i - 2] === '[')
    else if (char === '\\' && i++ === pattern.length - 1) throw new KrbError('EINVAL')
    else if (char === '[') set = true
  }
  if (set) throw new KrbError('EINVAL')
  return pattern
}
