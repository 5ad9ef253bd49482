import type { FlagSet, OptionsOf } from '../argv/flag.ts'

/** Where a password comes from when it is not asked for, for the programs that log in by one. */
export const PASSWORD_FLAGS = {
  'password-file': { own: true, value: 'FILE', doc: 'read the password from the first line of this file' },
  'password-fd': { own: true, value: 'N', doc: 'read the password from the next line of this open descriptor', check: badDescriptor },
  keychain: { own: true, doc: 'take the password from the keychain' },
  'keychain-save': { own: true, doc: 'put the password into the keychain when it has proved right' },
  'keychain-forget': { own: true, doc: 'remove the password from the keychain, and do nothing else' },
} as const satisfies FlagSet

export interface PasswordOptions {
  readonly from:
    | { readonly kind: 'prompt' | 'keychain' }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'descriptor'; readonly fd: number }
  readonly save: boolean
}

type PasswordFlags = OptionsOf<typeof PASSWORD_FLAGS>

export function passwordOptions(flags: PasswordFlags): PasswordOptions {
  return { from: sourceOf(flags), save: flags['keychain-save'] }
}

function sourceOf(flags: PasswordFlags): PasswordOptions['from'] {
  const path = flags['password-file']
  const fd = flags['password-fd']
  if (path !== undefined) return { kind: 'file', path }
  if (fd !== undefined) return { kind: 'descriptor', fd: Number(fd) }
  return { kind: flags.keychain ? 'keychain' : 'prompt' }
}

export function passwordComplaints(flags: PasswordFlags): readonly string[] {
  const sources = [flags['password-file'] !== undefined, flags['password-fd'] !== undefined, flags.keychain].filter(given => given)
  const others = sources.length > 0 || flags['keychain-save']
  return [
    ...(sources.length > 1 ? ['Only one of --password-file, --password-fd and --keychain allowed'] : []),
    ...(flags['keychain-forget'] && others ? ['--keychain-forget goes with no other source of passwords'] : []),
  ]
}

/** Whether any of the flags was given. */
export function namesPassword(flags: PasswordFlags): boolean {
  return sourceOf(flags).kind !== 'prompt' || flags['keychain-save'] || flags['keychain-forget']
}

function badDescriptor(text: string): string | undefined {
  return /^\d{1,9}$/.test(text) ? undefined : `Bad file descriptor ${text}`
}
