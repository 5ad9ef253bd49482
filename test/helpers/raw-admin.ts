import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { ApiVersion, KADM_PROGRAM, KADM_VERSION } from '../../src/admin/wire/kadm5/masks.ts'
import { decodeResult, encodeArguments } from '../../src/admin/wire/kadm5/messages.ts'
import { type AnyProcedure, type ArgumentsOf, PROCEDURES, type ProcedureName } from '../../src/admin/wire/kadm5/procedures.ts'
import { markRecord, RecordAssembler } from '../../src/admin/wire/record-mark.ts'
import { RpcsecClient } from '../../src/admin/wire/rpcsec-gss/client.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { codeOfNumber } from '../../src/core/errors/tables/index.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { decodeKeytab } from '../../src/core/keytab/format.ts'
import { unparsePrincipal } from '../../src/core/principal/principal.ts'
import { systemClock } from '../../src/platform/node-env.ts'
import { outcomeOf } from '../unit/admin/wire/rpcsec-gss/crafted-client.ts'
import { type Forgery, forgedTicket } from './forged-ticket.ts'

/** A kadmind's connection on which anything can be said: calls go out at once, answers come back by xid. */
export class RawAdmin {
  readonly socket: Socket
  readonly #waiting = new Map<number, (record: Bytes) => void>()
  readonly #records = new RecordAssembler({ maxOctets: 1 << 24, maxFragments: 1 << 14 })
  #session: RpcsecClient | undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {}) // the server may have had enough of it
    socket.on('data', chunk => {
      for (const record of this.#records.push(new Uint8Array(chunk))) this.#waiting.get(xidOf(record))?.(record)
    })
  }

  static async connect(port: number): Promise<RawAdmin> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawAdmin(socket)
  }

  /** Sets a context up; `accepted 0`, or how the server refuses. */
  async logOn(credential: RawCredential): Promise<string> {
    const session = new RpcsecClient({ program: KADM_PROGRAM, version: KADM_VERSION, credential }, RAW_ENV)
    const reply = await this.send(session.init())
    const outcome = outcomeOf(reply)
    if (outcome !== 'accepted 0') return outcome
    session.established(reply)
    this.#session = session
    return outcome
  }

  /** One call's outcome: the name of kadm5's code, `OK`, or `accepted 4` and the like when there are no results. */
  async ask<N extends ProcedureName>(name: N, args: ArgumentsOf<(typeof PROCEDURES)[N]>): Promise<string> {
    const row = PROCEDURES[name] as AnyProcedure
    const { results } = await this.octets(row.number, encodeArguments(row, { version: ApiVersion.V4, arguments: args as never }))
    const { code } = decodeResult(row, results!, '')
    return code === 0 ? 'OK' : codeOfNumber(code)!
  }

  /** Any procedure with any octets. */
  async octets(procedure: number, args: Bytes): Promise<{ readonly outcome: string; readonly results?: Bytes }> {
    const { record, results } = this.#session!.call(procedure, args)
    const reply = await this.send(record)
    const outcome = outcomeOf(reply)
    return outcome === 'accepted 0' ? { outcome, results: results(reply) } : { outcome }
  }

  send(record: Bytes): Promise<Bytes> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(xidOf(record), resolve)
      this.socket.once('close', () => reject(new Error('kadmind hung up')))
      this.socket.setMaxListeners(0).write(markRecord(record))
    })
  }

  close(): void {
    this.socket.destroy()
  }
}

export type RawCredential = ConstructorParameters<typeof RpcsecClient>[0]['credential']

/** A ticket for administration that somebody wrote who has the service's key from a keytab: good, unless `more` says otherwise. */
export function adminTicketFrom(
  keytab: string,
  more: Partial<Forgery> & { readonly client: string; readonly server: string },
): RawCredential {
  const { key, kvno } = keytabKey(keytab, more.server)
  const now = Math.floor(Date.now() / 1000)
  const flags = TicketFlags.INITIAL
  const { client, key: session, ticket } = forgedTicket({ key, kvno, flags, authtime: now - 3600, endtime: now + 3600, ...more })
  return { client, key: session, ticket: ticket.octets } as RawCredential
}

/** The first key of a principal in a keytab. */
export function keytabKey(keytab: string, principal: string): { readonly key: Key; readonly kvno: number } {
  const { entries } = decodeKeytab(new Uint8Array(readFileSync(keytab)))
  const found = entries.map(({ entry }) => entry).find(entry => unparsePrincipal(entry.principal) === principal)
  if (found === undefined) throw new Error(`no key of ${principal}`)
  return found
}

function xidOf(record: Bytes): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(0)
}

const RAW_ENV = { random: (length: number) => new Uint8Array(randomBytes(length)), clock: systemClock() }
