import {
  AcceptStatus,
  decodeReply,
  encodeCall,
  encodeCallHeader,
  NO_AUTH,
  type RpcCall,
} from '../../../../../src/admin/wire/rpc-message.ts'
import { decodeInitResult, encodeCredential, GssProc, GssService, signed } from '../../../../../src/admin/wire/rpcsec-gss/messages.ts'
import { XdrWriter } from '../../../../../src/admin/wire/xdr.ts'
import { EMPTY } from '../../../../../src/core/bytes/bytes.ts'
import type { Env } from '../../../../../src/core/env.ts'
import { type InitiateTerms, initiateContext } from '../../../../../src/core/gss/initiate.ts'
import { WANTED } from '../../../core/gss/service-ticket.ts'

/** INIT of kadm5, and its arguments: the version of the protocol. */
export const PROCEDURE = 13
export const ARGS = Uint8Array.of(0x12, 0x34, 0x57, 0x04)
const PROGRAM = { program: 2112, version: 2 }

/** Words of a credential to put in the place of the right ones. */
export interface Word {
  readonly version?: number
  readonly gssProc?: number
  readonly seq?: number
  readonly service?: number
  readonly handle?: Uint8Array
}

/** What else of a call to change; `inner` is the number in the sealed body. */
export interface Bend extends Partial<RpcCall> {
  readonly sealed?: boolean
  readonly inner?: number
}

/** Gives the reply to a record. */
export type Send = (record: Uint8Array) => Promise<Uint8Array>

/** A context on a server, of whose calls every word can be chosen. */
export async function craftedClient(send: Send, credential: InitiateTerms['credential'], env: Pick<Env, 'clock' | 'random'>) {
  const gss = initiateContext({ credential, flags: WANTED }, env)
  const body = new XdrWriter().opaque(gss.token).finish()
  const reply = decodeReply(await send(callOf({ gssProc: GssProc.INIT, seq: 0 }, { procedure: 0, body })))
  if (reply.kind !== 'accepted' || reply.outcome.status !== AcceptStatus.SUCCESS) throw new Error('refused')
  const { handle, token } = decodeInitResult(reply.outcome.body)
  const context = gss.complete(token)
  const ask = async (word: Word, more: Bend = {}) => {
    const { sealed = true, inner = word.seq ?? 1, ...rest } = more
    const header = { xid: 7, ...PROGRAM, procedure: PROCEDURE, credential: credentialOf({ handle, ...word }), ...rest }
    const verifier = signed(context, encodeCallHeader(header))
    const wrapped = context.wrap(new XdrWriter().u32(inner).raw(ARGS).finish(), sealed)
    return outcomeOf(await send(encodeCall({ verifier, body: new XdrWriter().opaque(wrapped).finish(), ...header })))
  }
  return { ask }
}

/** A call outside of any context. */
export function callOf(word: Word, more: Partial<RpcCall> = {}): Uint8Array {
  return encodeCall({ xid: 7, ...PROGRAM, procedure: PROCEDURE, credential: credentialOf(word), verifier: NO_AUTH, body: EMPTY, ...more })
}

/** `denied 13`, `accepted 4`. */
export function outcomeOf(record: Uint8Array): string {
  const reply = decodeReply(record)
  if (reply.kind === 'accepted') return `accepted ${reply.outcome.status}`
  return 'authStatus' in reply.reason ? `denied ${reply.reason.authStatus}` : 'mismatch'
}

function credentialOf(word: Word) {
  return encodeCredential({ version: 1, gssProc: GssProc.DATA, seq: 1, service: GssService.PRIVACY, handle: EMPTY, ...word })
}

/** A fault in a call, the answer to it, and MIT's where it is another one. */
export interface Fault {
  readonly what: string
  readonly outcome: string
  readonly mit?: string
  readonly word?: Word
  readonly more?: Bend
}

export const FAULTS_IN_CALLS: readonly Fault[] = [
  { what: 'none', outcome: 'accepted 0' },
  { what: 'another handle', outcome: 'denied 13', mit: 'accepted 0', word: { handle: Uint8Array.of(1, 2, 3, 4) } },
  { what: 'no handle', outcome: 'denied 13', mit: 'accepted 0', word: { handle: EMPTY } },
  { what: 'the highest number', outcome: 'accepted 0', word: { seq: 0x8000_0000 } },
  { what: 'a number above it', outcome: 'denied 14', word: { seq: 0x8000_0001 } },
  { what: 'no verifier', outcome: 'denied 13', more: { verifier: NO_AUTH } },
  { what: 'a bad signature', outcome: 'denied 13', more: { verifier: { flavor: 6, body: new Uint8Array(28) } } },
  { what: 'integrity in the credential', outcome: 'denied 5', mit: 'accepted 0', word: { service: GssService.INTEGRITY } },
  { what: 'an unknown service', outcome: 'denied 1', word: { service: 4 } },
  { what: 'another version', outcome: 'denied 1', word: { version: 2 } },
  { what: 'a body that is signed, not sealed', outcome: 'accepted 4', more: { sealed: false } },
  { what: 'another number inside', outcome: 'accepted 4', more: { inner: 2 } },
  { what: 'a body that is no token', outcome: 'accepted 4', more: { body: new XdrWriter().opaque(ARGS).finish() } },
  { what: 'a body cut off', outcome: 'accepted 4', more: { body: Uint8Array.of(0, 0, 0, 9) } },
  { what: 'another program', outcome: 'accepted 1', more: { program: 2113 } },
  { what: 'another version of the program', outcome: 'accepted 2', more: { version: 3 } },
  { what: 'a second set-up', outcome: 'denied 2', word: { gssProc: GssProc.INIT }, more: { procedure: 0 } },
  { what: 'a kind that nobody knows', outcome: 'denied 2', word: { gssProc: 4 } },
  { what: 'no RPCSEC_GSS', outcome: 'denied 5', more: { credential: NO_AUTH } },
  { what: 'an unknown flavour', outcome: 'denied 2', more: { credential: { flavor: 77, body: EMPTY } } },
  { what: 'a credential that is none', outcome: 'denied 1', more: { credential: { flavor: 6, body: ARGS } } },
  { what: 'procedure 0', outcome: 'accepted 0', more: { procedure: 0 } },
]

export const FAULTS_IN_SET_UPS: readonly Fault[] = [
  { what: 'a token that is none', outcome: 'denied 2', more: { body: new XdrWriter().opaque(ARGS).finish() } },
  { what: 'a procedure', outcome: 'denied 7', more: { procedure: 1, body: new XdrWriter().opaque(ARGS).finish() } },
  { what: 'version 2', outcome: 'denied 1', word: { version: 2 } },
  { what: 'an unknown service', outcome: 'denied 1', word: { service: 4 } },
  { what: 'a kind that nobody knows', outcome: 'denied 2', word: { gssProc: 4 } },
  { what: 'data instead', outcome: 'denied 13', word: { gssProc: GssProc.DATA } },
]
