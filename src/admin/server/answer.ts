import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { type ErrorCode, KrbError } from '../../core/errors/krb-error.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { AuditedError } from '../../kdc/audit/event.ts'
import { API_VERSION_KIND, API_VERSION_KIND_MASK, ApiVersion } from '../wire/kadm5/masks.ts'
import { decodeArguments, encodeResult } from '../wire/kadm5/messages.ts'
import { type AnyProcedure, PROCEDURES, type ProcedureName } from '../wire/kadm5/procedures.ts'
import { callEvent } from './audit-events.ts'
import type { Caller } from './call.ts'
import { type AdminDesk, openCall } from './desk.ts'
import { ANSWERS } from './procedures/index.ts'

/** A call whose arguments have been understood. */
export interface ReceivedCall {
  readonly name: ProcedureName
  readonly version: number
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of whatever procedure.
  readonly args: any
}

/** Throws `KADM5_XDR_FAILURE` for malformed arguments: RPC has an answer of its own for them. */
export function receiveCall(name: ProcedureName, octets: Bytes, realm: string): ReceivedCall {
  const { version, arguments: args } = decodeArguments(PROCEDURES[name] as AnyProcedure, octets, realm)
  return { name, version, args }
}

/** The results, ready to be sent: the octets may be keys, and are wiped by whoever sends them. Failures are answers; this throws for bugs only. */
export async function answerCall(desk: AdminDesk, caller: Caller, { name, version, args }: ReceivedCall): Promise<Bytes> {
  const procedure = PROCEDURES[name] as AnyProcedure
  const refuse = (answered: number, error: KrbError) => {
    desk.audit?.record(callEvent(desk.context.config.realm, caller, procedure.name, args, audited(error)))
    return failure(procedure, answered, error)
  }
  if (desk.audit?.available === false) return failure(procedure, version, new KrbError('KADM5_FAILURE'))
  const wrong = wrongVersion(version)
  // A caller of another version does not get it back.
  if (wrong !== undefined) return refuse(0, wrong)
  const answering = ANSWERS[name] as (args: unknown, call: ReturnType<typeof openCall>) => Promise<object>
  try {
    const result = await answering(args, openCall(desk, caller, procedure.name, version))
    const octets = encodeResult(procedure, { version, code: 0, result: result as never })
    wipeSecrets(result)
    desk.audit?.record(callEvent(desk.context.config.realm, caller, procedure.name, args))
    return octets
  } catch (error) {
    if (error instanceof KrbError) return refuse(version, error)
    desk.log('error', `${procedure.name}: ${(error as Error).stack?.replaceAll(/\s*\n\s*/g, ' | ')}`)
    return refuse(version, new KrbError('KADM5_FAILURE'))
  } finally {
    wipeSecrets(args)
  }
}

/** For the audit stream. */
export function audited({ code, number, message }: KrbError): AuditedError {
  return { code, number, text: message }
}

function failure(procedure: AnyProcedure, version: number, { number }: { readonly number: number }): Bytes {
  return encodeResult(procedure, { version, code: number, result: { privileges: 0 } })
}

function wrongVersion(version: number): KrbError | undefined {
  const code = wrongVersionCode(version)
  return code === undefined ? undefined : new KrbError(code)
}

function wrongVersionCode(version: number): ErrorCode | undefined {
  if ((version & API_VERSION_KIND_MASK) >>> 0 !== API_VERSION_KIND) return 'KADM5_BAD_API_VERSION'
  if (version < ApiVersion.V2) return 'KADM5_OLD_SERVER_API_VERSION'
  return version > ApiVersion.V4 ? 'KADM5_NEW_SERVER_API_VERSION' : undefined
}

/** The password or keys among arguments or results. */
function wipeSecrets(values: object): void {
  const { password, keys = [] } = values as { readonly password?: Secret; readonly keys?: readonly (Key | { readonly key: Key })[] }
  password?.wipe()
  for (const one of keys) ('key' in one ? one.key : one).value.wipe()
}
