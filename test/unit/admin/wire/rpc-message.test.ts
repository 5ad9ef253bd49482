import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  AuthFlavor,
  decodeCall,
  decodeReply,
  encodeCall,
  encodeReply,
  NO_AUTH,
  type RpcReply,
} from '../../../../src/admin/wire/rpc-message.ts'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'

const RECORDED = '../shared/vectors/kadm5-session.json'

interface Recorded {
  readonly dir: string
  readonly record: string
  readonly xid: number
  readonly procedure_number?: number
  readonly over?: string
}

describe.skipIf(!existsSync(RECORDED))('the recorded session of MIT (../shared/vectors is needed)', () => {
  const cases: readonly Recorded[] = existsSync(RECORDED) ? JSON.parse(readFileSync(RECORDED, 'utf8')).cases : []

  it.each(cases.filter(one => one.dir === 'client-to-server'))('call $procedure is read and written as it was', one => {
    const call = decodeCall(fromHex(one.record)!)
    expect(call).toMatchObject({ xid: one.xid, program: 2112, version: 2, procedure: one.procedure_number })
    expect(call.credential.flavor).toBe(AuthFlavor.RPCSEC_GSS)
    expect(one.record.startsWith(toHex(call.signed))).toBe(true)
    expect(toHex(encodeCall(call))).toBe(one.record)
  })

  it.each(cases.filter(one => one.dir === 'server-to-client'))('reply $procedure is read and written as it was', one => {
    const reply = decodeReply(fromHex(one.record)!)
    expect(reply).toMatchObject({ kind: 'accepted', outcome: { status: 0 } })
    expect(toHex(encodeReply(reply))).toBe(one.record)
  })
})

describe('RPC messages', () => {
  it.each<[RpcReply, string]>([
    [
      { kind: 'accepted', xid: 1, verifier: NO_AUTH, outcome: { status: 0, body: Uint8Array.of(1, 2, 3, 4) } },
      '0000000000000000' + '00000000' + '01020304',
    ],
    [{ kind: 'accepted', xid: 1, verifier: NO_AUTH, outcome: { status: 1 } }, '0000000000000000' + '00000001'],
    [
      { kind: 'accepted', xid: 1, verifier: NO_AUTH, outcome: { status: 2, low: 2, high: 2 } },
      '0000000000000000' + '000000020000000200000002',
    ],
    [{ kind: 'accepted', xid: 1, verifier: NO_AUTH, outcome: { status: 3 } }, '0000000000000000' + '00000003'],
    [{ kind: 'accepted', xid: 1, verifier: NO_AUTH, outcome: { status: 4 } }, '0000000000000000' + '00000004'],
    [{ kind: 'accepted', xid: 1, verifier: NO_AUTH, outcome: { status: 5 } }, '0000000000000000' + '00000005'],
  ])('accepted reply %j', (reply, tail) => {
    const wire = `000000010000000100000000${tail}`
    expect(toHex(encodeReply(reply))).toBe(wire)
    expect(decodeReply(fromHex(wire)!)).toEqual(reply)
  })

  it.each<[RpcReply, string]>([
    [{ kind: 'denied', xid: 1, reason: { authStatus: 13 } }, '000000010000000d'],
    [{ kind: 'denied', xid: 1, reason: { low: 2, high: 2 } }, '000000000000000200000002'],
  ])('denied reply %j', (reply, tail) => {
    const wire = `000000010000000100000001${tail}`
    expect(toHex(encodeReply(reply))).toBe(wire)
    expect(decodeReply(fromHex(wire)!)).toEqual(reply)
  })

  it.each([
    ['a reply', `0000000100000001${'00000000'.repeat(8)}`],
    ['another RPC version', `000000010000000000000003${'00000000'.repeat(8)}`],
    ['a credential of 404 octets', `0000000100000000000000020000084000000002000000010000000600000194${'00'.repeat(420)}`],
    ['nothing', ''],
  ])('%s is no call', (_, hex) => {
    expect(() => decodeCall(fromHex(hex)!)).toThrow(expect.objectContaining({ code: 'KADM5_XDR_FAILURE' }))
  })

  it.each([
    ['a call', `0000000100000000${'00000000'.repeat(8)}`],
    ['a standing nobody knows', `000000010000000100000002${'00000000'.repeat(4)}`],
    ['a status nobody knows', '000000010000000100000000' + '0000000000000000' + '00000006'],
    ['a reason nobody knows', '000000010000000100000001' + '00000002' + '00000000'],
  ])('%s is no reply', (_, hex) => {
    expect(() => decodeReply(fromHex(hex)!)).toThrow(expect.objectContaining({ code: 'KADM5_XDR_FAILURE' }))
  })
})
