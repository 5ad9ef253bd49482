import { KpasswdResult, KpasswdVersion } from '../../core/kpasswd/frame.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { AdminEvent, AuditedError, PasswordEvent } from '../../kdc/audit/event.ts'
import type { Caller } from './call.ts'

/** Arguments of a call, as far as they say what it is about. */
interface Subjects {
  readonly principal?: Principal | undefined
  readonly entry?: { readonly principal?: Principal | undefined; readonly policy?: string | undefined }
  readonly source?: Principal | undefined
  readonly alias?: Principal | undefined
  readonly target?: Principal | undefined
  readonly name?: string | undefined
  readonly pattern?: string | undefined
}

/** The event of one administrative call (docs/audit.md), as members of JSON. `args` undefined: they could not be read. */
export function callEvent(realm: string, caller: Caller, operation: string, args: Subjects | undefined, error?: AuditedError): string {
  const { principal, entry, source, alias, target, name, pattern } = args ?? {}
  const about = principal ?? entry?.principal ?? source ?? alias
  return members<AdminEvent>({
    event: 'admin',
    ...outcome(error),
    realm,
    address: caller.address,
    operation,
    client: unparsePrincipal(caller.client),
    service: unparsePrincipal(caller.service),
    target: about === undefined ? (name ?? entry?.policy ?? pattern ?? null) : unparsePrincipal(about),
    ...(target !== undefined && { to: unparsePrincipal(target) }),
  })
}

/** Somebody who did not prove who he is. */
export function strangerEvent(realm: string, address: string, error: AuditedError): string {
  return members<AdminEvent>({
    event: 'admin',
    ...outcome(error),
    realm,
    address,
    operation: 'authenticate',
    client: null,
    service: null,
    target: null,
  })
}

export interface PasswordTold {
  /** Of the request: `KpasswdVersion`. */
  readonly version: number
  readonly address: string
  readonly client?: Principal
  /** Whose password, when it is somebody else's. */
  readonly target?: Principal | undefined
  /** Of RFC 3244. */
  readonly code: number
  readonly text: string
}

/** The event of one password change (docs/audit.md), as members of JSON. */
export function passwordEvent(realm: string, { version, address, client, target = client, code, text }: PasswordTold): string {
  const name = Object.entries(KpasswdResult).find(([, number]) => number === code)?.[0] ?? 'HARDERROR'
  return members<PasswordEvent>({
    event: 'password',
    ...outcome(code === KpasswdResult.SUCCESS ? undefined : { code: name, number: code, text }),
    realm,
    address,
    protocol: version === KpasswdVersion.SET ? 'set' : 'change',
    client: client === undefined ? null : unparsePrincipal(client),
    target: target === undefined ? null : unparsePrincipal(target),
  })
}

function outcome(error: AuditedError | undefined): { readonly outcome: 'success' | 'failure'; readonly error?: AuditedError } {
  return error === undefined ? { outcome: 'success' } : { outcome: 'failure', error }
}

function members<T>(event: T): string {
  return JSON.stringify(event).slice(1, -1)
}
