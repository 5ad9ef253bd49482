import type { Bytes } from '../../../core/bytes/bytes.ts'
import { XdrReader, XdrWriter } from '../xdr.ts'
import type { Fields, ValueOf } from './codec.ts'
import type { Procedure } from './procedures.ts'

/** What a call carries: the version that its caller speaks, and the arguments. */
export interface Kadm5Arguments<T> {
  readonly version: number
  readonly arguments: T
}

/** `code` is a com_err number or an errno, 0 for success; `result` is there when the code (or the procedure) says so. */
export interface Kadm5Result<T> {
  readonly version: number
  readonly code: number
  readonly result?: T
}

/** The octets may hold a password: wipe them after sending. */
export function encodeArguments<A extends Fields, R extends Fields>(procedure: Procedure<A, R>, call: Kadm5Arguments<ValueOf<A>>): Bytes {
  const writer = new XdrWriter().u32(call.version)
  procedure.arguments.write(writer, call.arguments, { version: call.version })
  return writer.finish()
}

/** Throws `KADM5_XDR_FAILURE` for whatever is malformed, octets behind the last argument included. */
export function decodeArguments<A extends Fields, R extends Fields>(
  procedure: Procedure<A, R>,
  octets: Bytes,
  defaultRealm: string,
): Kadm5Arguments<ValueOf<A>> {
  const reader = new XdrReader(octets)
  const version = reader.u32('apiVersion')
  const args = procedure.arguments.read(reader, 'arguments', { version, defaultRealm })
  reader.end()
  return { version, arguments: args }
}

/** A procedure with a result of its own needs it for code 0, and get_privs always. */
export function encodeResult<A extends Fields, R extends Fields>(procedure: Procedure<A, R>, reply: Kadm5Result<ValueOf<R>>): Bytes {
  const writer = new XdrWriter().u32(reply.version).u32(reply.code)
  if (hasResult(procedure, reply.code)) procedure.result.write(writer, reply.result as ValueOf<R>, { version: reply.version })
  return writer.finish()
}

/** Throws as `decodeArguments`. */
export function decodeResult<A extends Fields, R extends Fields>(
  procedure: Procedure<A, R>,
  octets: Bytes,
  defaultRealm: string,
): Kadm5Result<ValueOf<R>> {
  const reader = new XdrReader(octets)
  const version = reader.u32('apiVersion')
  const code = reader.i32('code')
  if (!hasResult(procedure, code)) {
    reader.end()
    return { version, code }
  }
  const result = procedure.result.read(reader, 'result', { version, defaultRealm })
  reader.end()
  return { version, code, result }
}

function hasResult(procedure: { readonly resultOfFailure: boolean }, code: number): boolean {
  return code === 0 || procedure.resultOfFailure
}
