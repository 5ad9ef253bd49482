import { parseAcl } from '../../src/admin/acl/parse.ts'
import { answerCall, receiveCall } from '../../src/admin/server/answer.ts'
import type { Caller } from '../../src/admin/server/call.ts'
import type { AdminDesk } from '../../src/admin/server/desk.ts'
import { ApiVersion } from '../../src/admin/wire/kadm5/masks.ts'
import { decodeResult, encodeArguments } from '../../src/admin/wire/kadm5/messages.ts'
import {
  type AnyProcedure,
  type ArgumentsOf,
  PROCEDURES,
  type ProcedureName,
  type ProcedureResultOf,
} from '../../src/admin/wire/kadm5/procedures.ts'
import { codeOfNumber, type ErrorCode } from '../../src/core/errors/tables/index.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { type MemoryAdmin, memoryAdmin } from './memory-admin.ts'

/** A kadm5 server of realm R in memory, asked in its own octets but without a security context. */
export interface Kadm5Desk {
  readonly admin: MemoryAdmin
  readonly log: string[]
  /** Calls as somebody; the code's name, `OK` for success, and the result. */
  as(who: string, how?: Partial<Pick<Caller, 'initial'>> & { readonly service?: string; readonly version?: number }): Ask
}

export type Ask = <N extends ProcedureName>(
  name: N,
  args: ArgumentsOf<(typeof PROCEDURES)[N]>,
) => Promise<{ readonly code: ErrorCode | 'OK'; readonly version: number; readonly result: ProcedureResultOf<(typeof PROCEDURES)[N]> }>

export async function kadm5Desk(acl: readonly string[], kdcConf: readonly string[] = []): Promise<Kadm5Desk> {
  const admin = await memoryAdmin(kdcConf)
  const log: string[] = []
  const desk: AdminDesk = {
    context: admin.context,
    acl: parseAcl(acl.join('\n'), { path: 'kadm5.acl', realm: 'R' }),
    log: (_, line) => log.push(line),
  }
  return {
    admin,
    log,
    as: (who, { initial = true, service = 'kadmin/admin', version = ApiVersion.V4 } = {}) => {
      const caller = { client: name(who), service: name(service), initial, address: '192.0.2.1' }
      return async (procedure, args) => {
        const row = PROCEDURES[procedure] as AnyProcedure
        const octets = encodeArguments(row, { version, arguments: args as never })
        const results = await answerCall(desk, caller, receiveCall(procedure, octets, 'R'))
        const reply = decodeResult(row, results, 'R')
        const code = reply.code === 0 ? 'OK' : codeOfNumber(reply.code)!
        return { code, version: reply.version, result: reply.result as never }
      }
    },
  }
}

export function name(text: string) {
  return parsePrincipal(text, { defaultRealm: 'R' })
}
