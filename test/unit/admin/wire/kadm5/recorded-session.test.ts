import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeArguments, decodeResult, encodeArguments, encodeResult } from '../../../../../src/admin/wire/kadm5/messages.ts'
import { type AnyProcedure, PROCEDURES, procedureOf } from '../../../../../src/admin/wire/kadm5/procedures.ts'
import type { PrincipalEnt } from '../../../../../src/admin/wire/kadm5/structures.ts'
import { fromHex, toHex } from '../../../../../src/core/bytes/bytes.ts'
import { unparsePrincipal } from '../../../../../src/core/principal/principal.ts'

const RECORDED = '../shared/vectors/kadm5-session.json'

interface Recorded {
  readonly dir: string
  readonly procedure: string
  readonly xid: number
  readonly procedure_number?: number
  /** The RPCSEC_GSS sequence number, then arguments or results. */
  readonly body?: { readonly plain: string }
}

describe.skipIf(!existsSync(RECORDED))('the session of MIT (../shared/vectors is needed)', () => {
  const all: readonly Recorded[] = existsSync(RECORDED) ? JSON.parse(readFileSync(RECORDED, 'utf8')).cases : []
  const cases = all.filter(one => one.body !== undefined && !one.procedure.startsWith('RPCSEC'))

  it.each(cases)('$dir $procedure is read and written as it was', one => {
    const body = fromHex(one.body!.plain)!.subarray(4)
    const procedure = procedureNamedBy(one, all)
    const again =
      one.dir === 'client-to-server'
        ? encodeArguments(procedure, decodeArguments(procedure, body, 'WIRE.TEST'))
        : encodeResult(procedure, decodeResult(procedure, body, 'WIRE.TEST'))
    expect(toHex(again)).toBe(toHex(body))
  })

  it('shows the record that getprinc shows', () => {
    const reply = cases.find(one => one.dir === 'server-to-client' && procedureNamedBy(one, all) === PROCEDURES.getPrincipal)!
    const { entry } = decodeResult(PROCEDURES.getPrincipal, fromHex(reply.body!.plain)!.subarray(4), 'X').result as { entry: PrincipalEnt }
    expect(unparsePrincipal(entry.principal!)).toBe('alice@WIRE.TEST')
    expect(unparsePrincipal(entry.modName!)).toBe('root/admin@WIRE.TEST')
    expect(entry).toMatchObject({ princExpireTime: 1893456000, maxLife: 86400, kvno: 4, policy: undefined, keyCount: 2 })
    expect(entry.keyData).toEqual([
      { version: 1, kvno: 4, etype: 18, saltType: 0 },
      { version: 1, kvno: 4, etype: 17, saltType: 0 },
    ])
  })
})

/** The procedure of a call, or of the call that a reply answers. */
function procedureNamedBy(one: Recorded, all: readonly Recorded[]): AnyProcedure {
  const call = all.find(other => other.xid === one.xid && other.procedure_number !== undefined)!
  return PROCEDURES[procedureOf(call.procedure_number!)!]
}
