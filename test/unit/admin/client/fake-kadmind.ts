import type { AdminApi } from '../../../../src/admin/api.ts'
import { openRemoteAdmin, type RemoteAdminContext } from '../../../../src/admin/client/remote-admin.ts'
import { decodeArguments, encodeResult } from '../../../../src/admin/wire/kadm5/messages.ts'
import { type AnyProcedure, PROCEDURES, type ProcedureName, procedureOf } from '../../../../src/admin/wire/kadm5/procedures.ts'
import { markRecord, RecordAssembler } from '../../../../src/admin/wire/record-mark.ts'
import { RpcsecServer } from '../../../../src/admin/wire/rpcsec-gss/server.ts'
import type { Bytes } from '../../../../src/core/bytes/bytes.ts'
import { memoryCcache } from '../../../../src/core/ccache/types/memory.ts'
import type { OctetStream } from '../../../../src/core/channel.ts'
import { clientConfig } from '../../../../src/core/config/krb5-conf.ts'
import { EMPTY_PROFILE } from '../../../../src/core/config/profile.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { MemoryReplayCache } from '../../../../src/core/rcache/replay-cache.ts'
import { CLIENT, ENV, SERVER, serviceTicket } from '../../core/gss/service-ticket.ts'
import { ticketGrantingTicket } from '../../kdc-client/fake-kdc.ts'

/** What the server was asked. */
interface Asked {
  readonly name: ProcedureName
  readonly version: number
  readonly arguments: Readonly<Record<string, unknown>>
}

/** A result, a code, or octets as they go out. */
export type Answering = (asked: Asked) => number | Readonly<Record<string, unknown>> | Bytes

export interface Faults {
  /** Closes when so many records have come, the one for the context included. */
  readonly closesAfter?: number
  /** Gives the answers of one delivery back to front. */
  readonly reversed?: boolean
  /** Versions above it are too new. */
  readonly newest?: number
}

/** A kadmind in memory, and tkadmin's way to it with a ticket from a cache. */
export async function fakeKadmind(answering: Answering, faults: Faults = {}) {
  const { credential, keys } = serviceTicket()
  const asked: Asked[] = []
  const server = new RpcsecServer(
    {
      program: 2112,
      version: 2,
      keysOf: () => keys,
      accepts: () => true,
      clockskew: 300,
      replayCache: new MemoryReplayCache({ clockskew: 300 }),
    },
    ENV,
  )
  const cache = memoryCcache(`fake-kadmind-${count++}`)
  await cache.replace(CLIENT, [{ ...ticketGrantingTicket(), ...credential, server: SERVER }], [])
  const answer = async (record: Bytes): Promise<Bytes> => {
    const received = await server.receive(record)
    if (received === undefined) throw new Error('the server is silent')
    if ('reply' in received) return received.reply
    const { call } = received
    const name = procedureOf(call.procedure)!
    const procedure: AnyProcedure = PROCEDURES[name]
    const { version, arguments: args } = decodeArguments(procedure, call.args, 'R')
    asked.push({ name, version, arguments: args })
    if (name === 'init') return call.answer(encodeResult(procedure, { version, code: version > (faults.newest ?? version) ? 43787559 : 0 }))
    const result = answering({ name, version, arguments: args })
    if (result instanceof Uint8Array) return call.answer(result)
    return call.answer(
      encodeResult(procedure, typeof result === 'number' ? { version, code: result } : { version, code: 0, result: result as never }),
    )
  }
  const stream = streamTo(answer, faults)
  const context = {
    env: { ...ENV, trace: () => undefined },
    config: clientConfig(EMPTY_PROFILE),
    servers: { hosts: async () => ['admin.test'], connect: async () => stream },
  } as unknown as RemoteAdminContext
  const open = (): Promise<AdminApi> => openRemoteAdmin({ realm: 'R', client: CLIENT, logIn: { by: 'cache', cache } }, context)
  return { open, asked, cache, context }
}

/** The other end of the connection: the server's answers, in the order of the calls unless it is told otherwise. */
function streamTo(answer: (record: Bytes) => Promise<Bytes>, { closesAfter, reversed = false }: Faults): OctetStream {
  const assembler = new RecordAssembler({ maxOctets: 1 << 20, maxFragments: 100 })
  const answers: Promise<Bytes>[] = []
  let came = 0
  return {
    peer: 'admin.test:749',
    send(octets) {
      for (const record of assembler.push(octets)) if (came++ < (closesAfter ?? Number.POSITIVE_INFINITY)) answers.push(answer(record))
    },
    async receive() {
      await new Promise(resolve => setImmediate(resolve))
      const next = reversed ? answers.pop() : answers.shift()
      if (next === undefined) throw new KrbError('ECONNRESET')
      return markRecord(await next)
    },
    close: () => undefined,
  }
}

let count = 0
