import { Secret } from '../../core/secret/secret.ts'
import type { Orders } from './detach.ts'

/** Passwords on their way from the process that asked for them to the one that needs them. */
export function ordersOf(passwords: readonly (Secret | undefined)[]): Orders {
  return { passwords: passwords.map(password => password?.use(octets => Buffer.from(octets).toString('base64')) ?? null) }
}

export function passwordsOf({ passwords }: Orders): (Secret | undefined)[] {
  return passwords.map(password => (password === null ? undefined : new Secret(Uint8Array.from(Buffer.from(password, 'base64')))))
}
