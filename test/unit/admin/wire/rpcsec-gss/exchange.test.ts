import { describe, expect, it } from 'vitest'
import { AuthStatus, encodeReply, NO_AUTH, type RpcCall } from '../../../../../src/admin/wire/rpc-message.ts'
import { RpcsecClient } from '../../../../../src/admin/wire/rpcsec-gss/client.ts'
import { GssProc, GssService } from '../../../../../src/admin/wire/rpcsec-gss/messages.ts'
import { type RpcsecReceived, RpcsecServer, type RpcsecServerTerms } from '../../../../../src/admin/wire/rpcsec-gss/server.ts'
import { XdrWriter } from '../../../../../src/admin/wire/xdr.ts'
import { concat, EMPTY } from '../../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../../src/core/bytes/text.ts'
import { TicketFlags } from '../../../../../src/core/flags/ticket-flags.ts'
import { initiateContext } from '../../../../../src/core/gss/initiate.ts'
import { MemoryReplayCache } from '../../../../../src/core/rcache/replay-cache.ts'
import { CLIENT, ENV, NOW, SERVER, serviceTicket } from '../../../core/gss/service-ticket.ts'
import { callOf, craftedClient, FAULTS_IN_CALLS, FAULTS_IN_SET_UPS, outcomeOf, type Word } from './crafted-client.ts'

const PROGRAM = { program: 2112, version: 2 }
const ARGS = encodeText('args')
const RESULTS = encodeText('done')
const OK = 'accepted 0'

function ends({ terms = {}, endtime = NOW.seconds + 600 }: { terms?: Partial<RpcsecServerTerms>; endtime?: number } = {}) {
  const { credential, keys } = serviceTicket(18, { flags: TicketFlags.INITIAL, endtime })
  const clock = { now: NOW }
  const replayCache = new MemoryReplayCache({ clockskew: 300 })
  const server = new RpcsecServer(
    { ...PROGRAM, keysOf: () => keys, accepts: () => true, clockskew: 300, replayCache, ...terms },
    { ...ENV, clock: { now: () => clock.now } },
  )
  return { client: new RpcsecClient({ ...PROGRAM, credential }, ENV), server, clock, credential }
}

async function established(options: Parameters<typeof ends>[0] = {}) {
  const both = ends(options)
  both.client.established(replyIn(await both.server.receive(both.client.init())))
  return both
}

/** As `craftedClient`, on our server, whose procedures give nothing. */
async function crafted() {
  const { server, credential } = ends()
  return craftedClient(async record => answered(await server.receive(record)), credential, ENV)
}

function answered(received: RpcsecReceived | undefined): Uint8Array {
  return received && 'call' in received ? received.call.answer(EMPTY) : replyIn(received)
}

function replyIn(received: RpcsecReceived | undefined): Uint8Array {
  if (received === undefined || !('reply' in received)) throw new Error('no reply')
  return received.reply
}

/** `denied 13`, `accepted 4`, or `call` for what is for the caller of the machinery to answer. */
function outcomeIn(received: RpcsecReceived | undefined): string {
  return received && 'call' in received ? 'call' : outcomeOf(replyIn(received))
}

function failing(code: string, params: object = {}) {
  return expect.objectContaining({ name: 'KrbError', code, params: expect.objectContaining(params) })
}

describe('RPCSEC_GSS between our client and our server', () => {
  it('carries calls and results, pipelined and out of order, and tells who called', async () => {
    const { client, server } = await established()
    const first = client.call(13, ARGS)
    const second = client.call(5, ARGS)
    const taken = [await server.receive(second.record), await server.receive(first.record)]
    const calls = taken.map(received => (received && 'call' in received ? received.call : expect.fail()))
    expect(calls).toMatchObject([
      { procedure: 5, args: ARGS, caller: { client: CLIENT, server: SERVER, ticketFlags: TicketFlags.INITIAL } },
      { procedure: 13, args: ARGS },
    ])
    expect(first.results(calls[1]!.answer(RESULTS))).toEqual(RESULTS)
    expect(second.results(calls[0]!.answer(EMPTY))).toEqual(EMPTY)
    for (const record of [first.record, second.record]) expect(Buffer.from(record).includes('args')).toBe(false)
  })
  it('answers procedure 0 itself', async () => {
    const { client, server } = await established()
    const { record, results } = client.call(0, EMPTY)
    expect(results(replyIn(await server.receive(record)))).toEqual(EMPTY)
  })
  it('ends with destroy: further calls are denied, a new context may be set up', async () => {
    const { client, server } = await established()
    const late = client.call(5, ARGS)
    const { record, results } = client.destroy()
    expect(results(replyIn(await server.receive(record)))).toEqual(EMPTY)
    expect(outcomeIn(await server.receive(late.record))).toBe(`denied ${AuthStatus.RPCSEC_GSS_CREDPROBLEM}`)
    expect(() => client.call(5, ARGS)).toThrow('no context')
    client.established(replyIn(await server.receive(client.init())))
    expect(outcomeIn(await server.receive(client.call(5, ARGS).record))).toBe('call')
  })
  it('ends with the ticket and the clock skew', async () => {
    const { client, server, clock } = await established()
    clock.now = { seconds: NOW.seconds + 900, micros: 0 }
    expect(outcomeIn(await server.receive(client.call(5, ARGS).record))).toBe('call')
    clock.now = { seconds: NOW.seconds + 901, micros: 0 }
    expect(outcomeIn(await server.receive(client.call(5, ARGS).record))).toBe('denied 13')
  })
})

describe('a set-up', () => {
  it.each(FAULTS_IN_SET_UPS)('with $what is $outcome', async ({ word, more, outcome }) => {
    const { server } = ends()
    const record = callOf({ gssProc: GssProc.INIT, seq: 0, ...word }, { procedure: 0, ...more })
    expect(outcomeIn(await server.receive(record))).toBe(outcome)
  })
  it.each<[string, string, Word, Partial<RpcCall>]>([
    ['with a token of more than 64 KiB', 'denied 2', {}, { body: new XdrWriter().opaque(new Uint8Array(65_537)).finish() }],
    ['without a token', 'denied 2', {}, {}],
    ['for integrity only', 'denied 5', { service: GssService.INTEGRITY }, {}],
    ['for no protection', 'denied 5', { service: GssService.NONE }, {}],
  ])('%s is %s', async (_, outcome, word, more) => {
    const { server } = ends()
    const record = callOf({ gssProc: GssProc.INIT, seq: 0, ...word }, { procedure: 0, ...more })
    expect(outcomeIn(await server.receive(record))).toBe(outcome)
  })
  it('for another service is refused, even with a good ticket', async () => {
    const { client, server } = ends({ terms: { accepts: ({ components }) => components[0] === 'host' } })
    const received = await server.receive(client.init())
    expect(outcomeIn(received)).toBe('denied 5')
    expect(received).toMatchObject({ refused: { code: 'KRB5KRB_AP_WRONG_PRINC' } })
    expect(() => client.established(replyIn(received))).toThrow(failing('KADM5_GSS_ERROR', { authStatus: 5 }))
  })
  it('is good once: a second time, over any connection, it is a replay', async () => {
    const replayCache = new MemoryReplayCache({ clockskew: 300 })
    const { client, server, credential } = ends({ terms: { replayCache } })
    const record = client.init()
    expect(outcomeIn(await server.receive(record))).toBe('accepted 0')
    expect(outcomeIn(await server.receive(record))).toBe('denied 2')
    const other = new RpcsecServer(
      { ...PROGRAM, keysOf: () => serviceTicket().keys, accepts: () => true, clockskew: 300, replayCache },
      ENV,
    )
    expect(outcomeIn(await other.receive(record))).toBe('denied 2')
    expect(credential.client).toBe(CLIENT)
  })
  it('that does not want proof of the server is refused', async () => {
    const { server, credential } = ends()
    const { token } = initiateContext({ credential, flags: 0 }, ENV)
    const body = new XdrWriter().opaque(token).finish()
    expect(outcomeIn(await server.receive(callOf({ gssProc: GssProc.INIT, seq: 0 }, { procedure: 0, body })))).toBe('denied 2')
  })
  it('that failed leaves the connection as it was', async () => {
    const { client, server } = ends()
    for (let i = 0; i < 3; i++) {
      const failed = await server.receive(
        callOf({ gssProc: GssProc.INIT, seq: 0 }, { procedure: 0, body: new XdrWriter().opaque(ARGS).finish() }),
      )
      expect(outcomeIn(failed)).toBe('denied 2')
    }
    expect(outcomeIn(await server.receive(callOf({})))).toBe('denied 13')
    client.established(replyIn(await server.receive(client.init())))
    expect(outcomeIn(await server.receive(client.call(5, ARGS).record))).toBe('call')
  })
  it('when the store fails is refused with the reason for the log', async () => {
    const { client, server } = ends({ terms: { keysOf: () => Promise.reject(new Error('disk')) } })
    await expect(server.receive(client.init())).rejects.toThrow('disk')
  })
})

describe('calls', () => {
  it.each<[string, string, Partial<RpcCall>]>([
    ['without RPCSEC_GSS', 'denied 5', { credential: NO_AUTH }],
    ['of an unknown flavour', 'denied 2', { credential: { flavor: 1, body: EMPTY } }],
    ['with a credential that is none', 'denied 1', { credential: { flavor: 6, body: ARGS } }],
    ['before a context', 'denied 13', {}],
  ])('%s are %s', async (_, outcome, more) => {
    expect(outcomeIn(await ends().server.receive(callOf({}, more)))).toBe(outcome)
  })
  it('of another RPC version, replies and rubbish get no answer', async () => {
    const { server } = ends()
    const other = callOf({})
    other[11] = 3
    const reply = encodeReply({ kind: 'denied', xid: 1, reason: { authStatus: 1 } })
    for (const record of [other, reply, EMPTY, ARGS]) expect(await server.receive(record)).toBeUndefined()
  })
  it.each(FAULTS_IN_CALLS)('with $what are $outcome, and the next one is answered', async ({ word = {}, more, outcome }) => {
    const { ask } = await crafted()
    expect(await ask(word, more)).toBe(outcome)
    // One of the numbers that the highest lets pass.
    expect(await ask({ seq: word.seq === 0x8000_0000 ? 0x7fff_ffff : 3 })).toBe('accepted 0')
  })
  it('that destroy have no procedure', async () => {
    expect(await (await crafted()).ask({ gssProc: GssProc.DESTROY })).toBe('denied 7')
  })
  it('have numbers that are used once, and may lag by up to 31', async () => {
    const { ask } = await crafted()
    const outcomes = []
    for (const seq of [1, 1, 1000, 970, 969, 968, 969, 1001, 0]) outcomes.push(await ask({ seq }))
    expect(outcomes).toEqual([OK, 'denied 14', OK, OK, OK, 'denied 14', 'denied 14', OK, 'denied 14'])
  })
  it('do not use a number up by a bad signature', async () => {
    const { ask } = await crafted()
    expect(await ask({ seq: 5000 }, { verifier: NO_AUTH })).toBe('denied 13')
    expect(await ask({ seq: 1 })).toBe(OK)
  })
})

describe('a client believes', () => {
  it('no set-up without proof', async () => {
    const attempts: ((reply: Uint8Array) => Uint8Array)[] = [
      reply => reply.with(reply.length - 1, reply.at(-1)! ^ 1),
      reply => reply.with(30, reply[30]! ^ 1),
      reply => reply.with(3, reply[3]! ^ 1),
      reply => reply.subarray(0, 40),
      // gss_major, which nothing signs.
      reply => reply.with(67, 1),
      () => encodeReply({ kind: 'denied', xid: 0, reason: { low: 2, high: 2 } }),
      () => EMPTY,
    ]
    for (const attempt of attempts) {
      const { client, server } = ends()
      const reply = attempt(replyIn(await server.receive(client.init())))
      expect(() => client.established(reply)).toThrow(failing('KADM5_GSS_ERROR'))
      expect(() => client.call(5, ARGS)).toThrow('no context')
    }
  })
  it('no answer that is changed, repeated or to another call', async () => {
    const { client, server } = await established()
    const first = client.call(5, ARGS)
    const second = client.call(5, ARGS)
    const answer = async (record: Uint8Array) => {
      const received = await server.receive(record)
      return received && 'call' in received ? received.call.answer(RESULTS) : expect.fail()
    }
    const [one, two] = [await answer(first.record), await answer(second.record)]
    for (let at = 0; at < one.length; at++) {
      const changed = one.slice()
      changed[at]! ^= 0x10
      expect(() => first.results(changed), `octet ${at}`).toThrow(failing('KADM5_RPC_ERROR'))
    }
    // Nobody but the server can put the number of the first call into an answer.
    expect(() => first.results(concat(one.subarray(0, 4), two.subarray(4)))).toThrow(failing('KADM5_RPC_ERROR'))
    expect(second.results(two)).toEqual(RESULTS)
    expect(() => second.results(two)).toThrow(failing('KADM5_RPC_ERROR'))
  })
  it.each([1, 2, 3, 4, 5] as const)('a refusal with status %i', async status => {
    const { client } = await established()
    const { record, results } = client.call(5, ARGS)
    const xid = new DataView(record.buffer, record.byteOffset).getUint32(0)
    const outcome = status === 2 ? { status, low: 1, high: 1 } : { status }
    const reply = encodeReply({ kind: 'accepted', xid, verifier: NO_AUTH, outcome })
    expect(() => results(reply)).toThrow(failing('KADM5_RPC_ERROR', { acceptStatus: status }))
  })
})
