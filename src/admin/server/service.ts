import type { Bytes } from '../../core/bytes/bytes.ts'
import { permittedEnctypes } from '../../core/config/enctypes.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import type { ReplayCache } from '../../core/rcache/replay-cache.ts'
import { KeyRing } from '../../kdc/keys.ts'
import { KADM_PROGRAM, KADM_VERSION } from '../wire/kadm5/masks.ts'
import { PROCEDURES, procedureOf } from '../wire/kadm5/procedures.ts'
import { AcceptStatus } from '../wire/rpc-message.ts'
import { type RpcsecCall, RpcsecServer, type RpcsecServerTerms } from '../wire/rpcsec-gss/server.ts'
import { answerCall, audited, receiveCall } from './answer.ts'
import { callEvent, strangerEvent } from './audit-events.ts'
import { isAdminService } from './call.ts'
import { CallOrder } from './call-order.ts'
import type { AdminDesk } from './desk.ts'
import { badAuthenticationLines, badFlavorLine } from './log-lines.ts'
import { needsOf } from './needs.ts'
import { serviceKeys } from './service-keys.ts'

export interface AdminServiceParts {
  readonly desk: AdminDesk
  readonly replayCache: ReplayCache
  readonly env: Pick<Env, 'clock' | 'random'>
}

/** The administration service without sockets: conversations of records. */
export interface AdminService {
  /** One for each connection; `address` is its peer's, for the log. */
  converse(address: string): Conversation
}

/** Makes the reply's record; called once. */
export type Seal = () => Bytes

export interface Conversation {
  /** Somebody has shown a good ticket. */
  readonly trusted: boolean
  /**
   * Takes a record, and the next one when `taken` is settled. `reply` may be ready in any order and is sealed in the order of the calls: a seal has a number,
   * and a client takes numbers for replayed that come too late. undefined for records that get no answer.
   */
  take(record: Bytes): { readonly taken: Promise<void>; readonly reply: Promise<Seal | undefined> }
}

/** kadm5 for one realm, behind RPCSEC_GSS with privacy (threat T47). */
export function createAdminService({ desk, replayCache, env }: AdminServiceParts): AdminService {
  const { config, store, masterKeys } = desk.context
  const permitted = permittedEnctypes(config.client)
  const ring = new KeyRing(masterKeys)
  const terms: RpcsecServerTerms = {
    program: KADM_PROGRAM,
    version: KADM_VERSION,
    keysOf: server => serviceKeys(server, store, ring, permitted),
    accepts: server => isAdminService(server, config.realm),
    clockskew: config.client.clockskew,
    replayCache,
  }
  return { converse: address => new AdminConversation(desk, new RpcsecServer(terms, env), address) }
}

class AdminConversation implements Conversation {
  readonly #desk: AdminDesk
  readonly #rpc: RpcsecServer
  readonly #address: string
  readonly #order = new CallOrder()
  #trusted = false

  constructor(desk: AdminDesk, rpc: RpcsecServer, address: string) {
    this.#desk = desk
    this.#rpc = rpc
    this.#address = address
  }

  get trusted(): boolean {
    return this.#trusted
  }

  take(record: Bytes): { readonly taken: Promise<void>; readonly reply: Promise<Seal | undefined> } {
    const received = this.#receive(record)
    return { taken: received.then(() => undefined), reply: received.then(({ reply }) => reply) }
  }

  /** The reply is wrapped, so that it can be later than this promise. */
  async #receive(record: Bytes): Promise<{ readonly reply: Promise<Seal> | undefined }> {
    await this.#desk.context.masterKeys.upToDate(MASTER_KEY_CHECK_MS)
    const received = await this.#rpc.receive(record)
    if (received === undefined) return { reply: undefined }
    if ('call' in received) {
      this.#trusted = true
      return { reply: this.#answer(received.call) }
    }
    if (received.refused !== undefined) {
      for (const line of badAuthenticationLines(this.#address, received.refused.message)) this.#desk.log('notice', line)
      this.#desk.audit?.record(strangerEvent(this.#desk.context.config.realm, this.#address, audited(received.refused)))
    }
    const { reply, flavor } = received
    if (flavor !== undefined) this.#desk.log('error', badFlavorLine(this.#address, flavor))
    return { reply: Promise.resolve(() => reply) }
  }

  #answer(call: RpcsecCall): Promise<Seal> {
    const name = procedureOf(call.procedure)
    if (name === undefined) return Promise.resolve(() => call.refuse(AcceptStatus.PROC_UNAVAIL))
    const { client, server, ticketFlags } = call.caller
    const caller = { client, service: server, initial: (ticketFlags & TicketFlags.INITIAL) !== 0, address: this.#address }
    try {
      const received = receiveCall(name, call.args, this.#desk.context.config.realm)
      return this.#order.run(needsOf(received), async () => {
        const results = await answerCall(this.#desk, caller, received)
        // Both may have held keys or passwords.
        call.args.fill(0)
        return () => {
          const reply = call.answer(results)
          results.fill(0)
          return reply
        }
      })
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      const { audit, context } = this.#desk
      audit?.record(callEvent(context.config.realm, caller, PROCEDURES[name].name, undefined, audited(error)))
      return Promise.resolve(() => call.refuse(AcceptStatus.GARBAGE_ARGS))
    }
  }
}

const MASTER_KEY_CHECK_MS = 50
