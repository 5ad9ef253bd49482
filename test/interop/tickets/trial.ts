import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, Impossible, type Programs, Refused, type Wish } from './clients/client.ts'
import type { Ticket } from './clients/ticket.ts'
import { HOUR, SERVICE_LIFE, SERVICE_RENEWABLE_LIFE, USER_LIFE, USER_RENEWABLE_LIFE } from './entries.ts'
import type { Kdc } from './kdcs/kdc.ts'
import type { Turns } from './turns.ts'

/** One line of the table. */
export interface Row {
  readonly id: string
  readonly title: string
  /** Does it with one client on one KDC; the text of the cell. */
  run(trial: Trial): Promise<string>
}

/** What a row works with: the client's programs by names of `entries.ts`, and the words for what came out. */
export interface Trial {
  readonly client: Client['id']
  readonly realm: string
  /** What requests come from. */
  readonly address: string
  logIn(name: string, wish?: Wish): Promise<Ticket>
  use(tgt: Ticket, service?: string): Promise<Ticket>
  forward(tgt: Ticket, address?: string): Promise<Ticket>
  proxy(tgt: Ticket, service?: string, address?: string): Promise<Ticket>
  renew(ticket: Ticket): Promise<Ticket>
  validate(ticket: Ticket): Promise<Ticket>
  postdate(tgt: Ticket, service: string, startIn: number): Promise<Ticket>
  userToUser(tgt: Ticket, other: Ticket, name: string): Promise<Ticket>
  /** Waits until that second is over. */
  after(time: number): Promise<void>
  /** `1d (realm)`: how long the ticket lives and whose limit that is. `from` is the ticket it was got with. */
  life(ticket: Ticket, asked: number, from?: Ticket): string
  renewableLife(ticket: Ticket, asked: number, from?: Ticket): string
}

/** A client on a KDC, for all rows. */
export class Bench {
  readonly #client: Client
  readonly #kdc: Kdc
  readonly #turns: Turns
  /** Tickets are only read, so that rows can share them; by what was asked. */
  readonly #tickets = new Map<string, Promise<Ticket>>()

  constructor(client: Client, kdc: Kdc, turns: Turns) {
    this.#client = client
    this.#kdc = kdc
    this.#turns = turns
  }

  /** Runs one row; the text of its cell. What is no answer of the programs (a crash, no listing) fails. */
  async cell(row: Row): Promise<string> {
    const folder = join(this.#kdc.folder, `${this.#client.id}-${row.id}`)
    mkdirSync(folder)
    const programs = await this.#client.on(this.#kdc, folder)
    try {
      return await row.run(this.#trial(programs))
    } catch (error) {
      if (error instanceof Refused) return error.message
      if (error instanceof Impossible) return `none: ${error.message}`
      throw error
    } finally {
      await programs.close?.()
    }
  }

  #trial(programs: Programs): Trial {
    const kdc = this.#kdc
    let urgent = false
    const inTurn = <T>(work: () => Promise<T>) => this.#turns.take(urgent, work)
    const named = (name: string): string => {
      const why = kdc.lacking.get(name)
      if (why !== undefined) throw new Impossible(why)
      return kdc.names.get(name) ?? name
    }
    return {
      client: this.#client.id,
      realm: kdc.realm,
      address: kdc.clientAddress,
      logIn: async (name, wish = {}) => {
        const service = wish.service === undefined ? {} : { service: named(wish.service) }
        const client = named(name)
        return this.#shared(JSON.stringify([name, wish]), () => inTurn(() => programs.logIn(client, { life: LIFE, ...wish, ...service })))
      },
      use: async (tgt, service = 'svc/plain') => inTurn(() => programs.use(tgt, named(service))),
      forward: (tgt, address) => inTurn(() => programs.forward(tgt, address)),
      proxy: async (tgt, service = 'svc/plain', address) => inTurn(() => programs.proxy(tgt, named(service), address)),
      renew: ticket => inTurn(() => programs.renew(ticket)),
      postdate: async (tgt, service, startIn) => inTurn(() => programs.postdate(tgt, named(service), startIn)),
      validate: ticket => inTurn(() => programs.validate(ticket)),
      userToUser: async (tgt, other, name) => inTurn(() => programs.userToUser(tgt, other, named(name))),
      after: async time => {
        urgent = true
        while (Date.now() / 1000 < time + 1) await new Promise(resolve => setTimeout(resolve, 50))
      },
      life: (ticket, asked, from) => {
        if (ticket.end === from?.end) return `ends with the ${word(from)}`
        return bound(ticket.end - ticket.start, [{ seconds: asked, name: 'request' }, kdc.limits.life, ...LIVES])
      },
      renewableLife: ({ renewTill, start }, asked, from) => {
        if (renewTill === undefined) return 'no'
        if (from !== undefined && renewTill === from.renewTill) return `renew-till of the ${word(from)}`
        return bound(renewTill - start, [{ seconds: asked, name: 'request' }, kdc.limits.renewableLife, ...RENEWABLE_LIVES])
      },
    }
  }

  #shared(key: string, logIn: () => Promise<Ticket>): Promise<Ticket> {
    const before = this.#tickets.get(key)
    if (before !== undefined) return before
    const ticket = logIn()
    this.#tickets.set(key, ticket)
    // A refusal may be another one the next time (a lockout).
    ticket.catch(() => this.#tickets.delete(key))
    return ticket
  }
}

function word(from: Ticket): string {
  return from.server.startsWith('krbtgt/') ? 'TGT' : 'ticket'
}

/** The request's times are counted by the client's clock and a moment earlier than the KDC's. */
function bound(life: number, limits: readonly { readonly seconds: number; readonly name: string }[]): string {
  const limit = limits.find(({ seconds }) => Math.abs(seconds - life) <= MOMENT)
  return limit === undefined ? `${life} s` : `${spelled(limit.seconds)} (${limit.name})`
}

function spelled(seconds: number): string {
  const [unit, letter] = UNITS.find(([unit]) => seconds % unit === 0)!
  return `${seconds / unit}${letter}`
}

/** What is asked for where nothing else is: below every maximum, so that KDCs have no reason to add RENEWABLE. */
const LIFE = 8 * HOUR
const LIVES = [
  { seconds: USER_LIFE, name: 'client' },
  { seconds: SERVICE_LIFE, name: 'service' },
]
const RENEWABLE_LIVES = [
  { seconds: USER_RENEWABLE_LIFE, name: 'client' },
  { seconds: SERVICE_RENEWABLE_LIFE, name: 'service' },
]
const MOMENT = 8
const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
] as const
