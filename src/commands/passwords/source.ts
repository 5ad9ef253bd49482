import type { Prompter } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { HeldPassword, promptedPassword } from '../../kdc-client/held-password.ts'
import type { Keyring } from '../../platform/keyring.ts'
import type { PasswordOptions } from './flags.ts'

/** Where passwords come from and go to. */
export interface PasswordPlaces {
  readonly prompter: Pick<Prompter, 'secret'>
  readonly keyring: () => Promise<Keyring>
  readonly fromFile: (path: string) => Promise<Secret>
  readonly fromDescriptor: (fd: number) => Promise<Secret>
  /** A file's mode when others may read it. */
  readonly exposedMode: (path: string) => Promise<number | undefined>
  /** Takes what there is to say about the source, before anything is asked. */
  readonly remark: (remark: Remark) => void
}

/** A keychain that does not help is everybody's business; of an exposed file only a person is told. */
export type Remark =
  | { readonly kind: 'password-file-exposed'; readonly path: string; readonly mode: number }
  | { readonly kind: 'keychain'; readonly text: string }

/**
 * The password that was asked for by the options. A file or a descriptor is read at once and must have one; where the keychain has
 * none or cannot be used, that is remarked upon and the person is asked. To save it, the keychain must be usable.
 */
export async function openPassword(client: Principal, { from, save }: PasswordOptions, places: PasswordPlaces): Promise<HeldPassword> {
  if (save) await (await places.keyring()).password(unparsePrincipal(client)).then(old => old?.wipe())
  switch (from.kind) {
    case 'file': {
      const { path } = from
      const password = await during(`reading password from ${path}`, () => places.fromFile(path))
      const mode = await places.exposedMode(path)
      if (mode !== undefined) places.remark({ kind: 'password-file-exposed', path, mode })
      return given(password)
    }
    case 'descriptor':
      return given(await during(`reading password from descriptor ${from.fd}`, () => places.fromDescriptor(from.fd)))
    case 'keychain': {
      const found = await inKeychain(client, places)
      if (typeof found !== 'string') return given(found)
      places.remark({ kind: 'keychain', text: found })
      return promptedPassword(places.prompter)
    }
    case 'prompt':
      return promptedPassword(places.prompter)
  }
}

/** What a person should know when a password that nobody typed is not taken. */
export function doubtAbout({ from }: PasswordOptions): string | undefined {
  switch (from.kind) {
    case 'file':
      return `the password is the first line of ${from.path}`
    case 'descriptor':
      return `the password came from descriptor ${from.fd}`
    case 'keychain':
      return 'a password in the keychain may be an old one; --keychain-forget removes it there'
    case 'prompt':
      return undefined
  }
}

/** Puts a password that has proved right into the keychain. */
export async function savePassword(client: Principal, { current }: HeldPassword, places: Pick<PasswordPlaces, 'keyring'>): Promise<void> {
  if (current === undefined) return
  await during('saving the password', async () => (await places.keyring()).save(unparsePrincipal(client), current))
}

/** Throws `ENOENT` when the keychain has no password for the principal. */
export async function forgetPassword(client: Principal, places: Pick<PasswordPlaces, 'keyring'>): Promise<void> {
  if (!(await (await places.keyring()).forget(unparsePrincipal(client)))) throw noneFor(client)
}

/** The password, or why there is none. */
async function inKeychain(client: Principal, places: PasswordPlaces): Promise<Secret | string> {
  try {
    const found = await (await places.keyring()).password(unparsePrincipal(client))
    return found ?? noneFor(client).message
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return error.message
  }
}

function noneFor(client: Principal): KrbError {
  const principal = unparsePrincipal(client)
  return new KrbError('ENOENT', { principal }, { text: `The keychain has no password for ${displayText(principal)}` })
}

function given(password: Secret): HeldPassword {
  return new HeldPassword(async () => password)
}
