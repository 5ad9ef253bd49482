import { Ticket } from '../../../core/asn1/messages/ticket.ts'
import type { Ccache } from '../../../core/ccache/ccache.ts'
import type { Credential } from '../../../core/ccache/credential.ts'
import { etypeById } from '../../../core/crypto/etypes/index.ts'
import type { Instant } from '../../../core/env.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { type Principal, samePrincipal } from '../../../core/principal/principal.ts'
import { ticketGrantingTicket, usableEtypes } from '../../../kdc-client/cached.ts'
import type { ClientContext } from '../../../kdc-client/context.ts'
import { credentialViaTicket } from '../../../kdc-client/tgs/via-ticket.ts'
import { type MetKdc, meetKdc } from '../../../kdc-client/trust/meet-kdc.ts'
import { type Opening, openingAt, withKvno } from '../../../kdc-client/trust/opening.ts'
import type { AdminApi } from '../../api.ts'
import { VERBS } from '../../language/index.ts'
import type { KeyWithVersion } from '../../language/records.ts'
import { DIRECTIONS, type Direction, halfOf } from '../../trust/halves.ts'
import { type Half, trustWith } from '../../trust/list.ts'
import { issuedTgt } from './issue.ts'
import type { Fault, TrustReport, WayReport } from './report.ts'

export interface VerifyOptions {
  readonly realm: string
  /** Directions that should be there. Absent: those that our database has, and where it has none, both. */
  readonly expected?: readonly Direction[]
  /** The other realm's database, when it is at hand. */
  readonly other?: AdminApi
  /** Tickets of a user, of either realm. */
  readonly cache?: Ccache
}

/**
 * Walks both ways of a trust as clients would. Out: a ticket-granting ticket for the other realm, which its KDC must open. In: one for our
 * realm out of the hands of the other KDC, which ours must open. The first ticket is asked for with the tickets
 * of `cache`, else made with the key of the database. Throws what reading the database throws.
 */
export async function verifyTrust(options: VerifyOptions, api: AdminApi, context: ClientContext): Promise<TrustReport> {
  return new Verification(options, api, context).run()
}

class Verification {
  readonly #options: VerifyOptions
  readonly #api: AdminApi
  readonly #context: ClientContext
  readonly #faults: Fault[] = []
  readonly #kdcs = new Map<string, Promise<MetKdc>>()

  constructor(options: VerifyOptions, api: AdminApi, context: ClientContext) {
    this.#options = options
    this.#api = api
    this.#context = context
  }

  async run(): Promise<TrustReport> {
    const { realm, expected } = this.#options
    const trust = await trustWith(realm, this.#api)
    const present = DIRECTIONS.filter(direction => trust[direction] !== undefined)
    const wanted = expected ?? (present.length > 0 ? present : DIRECTIONS)
    await this.#kdcOf(realm)
    const out = await this.#out(trust.out, wanted.includes('out'))
    const into = await this.#in(trust.in, wanted.includes('in'), out.opened)
    const ways = [this.#way('out', trust.out, out.state), this.#way('in', trust.in, into)]
    return { ours: this.#api.realm, theirs: realm, ways, faults: this.#faults }
  }

  #way(direction: Direction, half: Half | undefined, state: WayReport['state']): WayReport {
    return { direction, principal: halfOf(direction, this.#api.realm, this.#options.realm), half, state }
  }

  /** `opened` is a ticket that the other KDC has taken. */
  async #out(half: Half | undefined, wanted: boolean): Promise<{ readonly state: WayReport['state']; readonly opened?: Credential }> {
    const { realm } = this.#options
    const principal = halfOf('out', this.#api.realm, realm)
    if (half === undefined) return { state: wanted ? this.#fault({ fault: 'our-half-missing', direction: 'out', principal }) : 'absent' }
    if (!half.allowed) return { state: this.#fault({ fault: 'our-half-forbidden', direction: 'out', principal }) }
    const now = await this.#clockOf(realm)
    if (now === undefined) return { state: 'unproved' }
    const tgt = await this.#outTgt(principal, now)
    if (tgt === undefined) return { state: this.#faults.some(({ fault }) => fault === 'refused') ? 'faulty' : 'unproved' }
    const opening = await this.#opened(realm, tgt, now)
    const state = this.#judged(opening, { direction: 'out', principal, half, tgt, acceptor: realm })
    if (opening.is === 'other-kvno') return { state, opened: withKvno(tgt, opening.kvno) }
    return opening.is === 'opened' ? { state, opened: tgt } : { state }
  }

  /** A real user's, when there is one: keys stay where they are, and the ticket has all that our KDC puts into it. */
  async #outTgt(principal: Principal, now: Instant): Promise<Credential | undefined> {
    if ((await this.#userTgt(this.#api.realm)) !== undefined) return this.#got(principal)
    return this.#made(this.#api, principal, now)
  }

  async #in(half: Half | undefined, wanted: boolean, opened: Credential | undefined): Promise<WayReport['state']> {
    const { realm, expected } = this.#options
    if (half === undefined && expected !== undefined && !wanted) return 'absent'
    const principal = halfOf('in', this.#api.realm, realm)
    const about = { direction: 'in', principal } as const
    const missing = (theirs?: number) => this.#fault({ fault: 'our-half-missing', theirs, ...about })
    const now = await this.#clockOf(realm)
    if (now === undefined) return half === undefined ? (wanted ? missing() : 'absent') : 'unproved'
    const issued = await this.#issuedThere(principal, now, opened)
    if (issued === 'missing') {
      if (half === undefined) return wanted ? missing() : 'absent'
      return this.#fault({ fault: 'their-half-missing', ...about })
    }
    if (half === undefined && issued !== undefined && 'ticket' in issued) return missing(Ticket.decode(issued.ticket).encPart.kvno ?? 1)
    if (half === undefined) return wanted ? missing() : 'absent'
    if (!half.allowed) return this.#fault({ fault: 'our-half-forbidden', ...about })
    if (issued === undefined) return 'unproved'
    if (issued instanceof KrbError) return this.#fault({ fault: 'refused', by: realm, error: issued, ...about })
    const here = await this.#clockOf(this.#api.realm)
    if (here === undefined) return 'unproved'
    const opening = await this.#opened(this.#api.realm, issued, here)
    return this.#judged(opening, { ...about, half, tgt: issued, acceptor: this.#api.realm })
  }

  /** A ticket for our realm as the other KDC issues it; undefined when nobody can ask for one. */
  async #issuedThere(
    principal: Principal,
    now: Instant,
    opened: Credential | undefined,
  ): Promise<Credential | 'missing' | KrbError | undefined> {
    const { realm, other } = this.#options
    if (other !== undefined) {
      if ((await trustWith(this.#api.realm, other)).out === undefined) return 'missing'
      const made = await this.#made(other, principal, (await this.#clockOf(this.#api.realm)) ?? now)
      if (made !== undefined) return made
    }
    const tgt = (await this.#userTgt(realm)) ?? opened
    if (tgt === undefined) return undefined
    try {
      const etypes = usableEtypes(this.#context)
      const ticket = await credentialViaTicket({ tgt, server: principal, kdcOptions: 0, etypes, now }, this.#context)
      return samePrincipal(ticket.server, principal) ? ticket : 'missing'
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      // Another name in the answer: it knows a longer way only.
      if (error.code === 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN' || error.code === 'KRB5_KDCREP_MODIFIED') return 'missing'
      return error
    }
  }

  /** With the key that a KDC on this database would seal with; undefined when there is none, or whoever administers may not take it out. */
  async #made(api: AdminApi, principal: Principal, now: Instant): Promise<Credential | undefined> {
    let keys: readonly KeyWithVersion[]
    try {
      keys = await api.call(VERBS.extractKeys, { principal })
    } catch (error) {
      if (error instanceof KrbError && NO_KEYS.has(error.code)) return undefined
      throw error
    }
    try {
      const newest = Math.max(...keys.map(({ kvno }) => kvno))
      const key = keys.find(({ kvno, key }) => kvno === newest && etypeById(key.etype) !== undefined)
      return key && issuedTgt(key, principal, now.seconds, this.#context.env)
    } finally {
      for (const { key } of keys) key.value.wipe()
    }
  }

  /** From our KDC, with the tickets of a user of ours. */
  async #got(principal: Principal): Promise<Credential | undefined> {
    const tgt = await this.#userTgt(this.#api.realm)
    const now = tgt && (await this.#clockOf(this.#api.realm))
    if (tgt === undefined || now === undefined) return undefined
    try {
      return await credentialViaTicket({ tgt, server: principal, kdcOptions: 0, etypes: usableEtypes(this.#context), now }, this.#context)
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      this.#fault({ fault: 'refused', by: this.#api.realm, error, direction: 'out', principal })
      return undefined
    }
  }

  async #userTgt(realm: string): Promise<Credential | undefined> {
    const { cache } = this.#options
    try {
      const client = await cache?.principal()
      if (cache === undefined || client === undefined || client.realm !== realm) return undefined
      return await ticketGrantingTicket({ client, realm, now: this.#context.env.clock.now().seconds }, cache, this.#context)
    } catch (error) {
      if (error instanceof KrbError) return undefined
      throw error
    }
  }

  async #opened(realm: string, tgt: Credential, now: Instant): Promise<Opening> {
    try {
      return await openingAt(realm, tgt, now, this.#context)
    } catch (error) {
      if (error instanceof KrbError) return { is: 'refused', error }
      throw error
    }
  }

  #judged(opening: Opening, shown: Shown): WayReport['state'] {
    const { direction, principal, half, tgt, acceptor } = shown
    const about = { direction, principal }
    const { etype, kvno = 0 } = Ticket.decode(tgt.ticket).encPart
    switch (opening.is) {
      case 'opened':
        return 'proved'
      case 'missing':
        return this.#fault({ fault: direction === 'out' ? 'their-half-missing' : 'our-half-missing', ...about })
      case 'other-key':
        return this.#fault({ fault: 'keys-differ', ...about })
      case 'other-kvno': {
        const versions = direction === 'out' ? { ours: half.kvno, theirs: opening.kvno } : { ours: half.kvno, theirs: kvno }
        return this.#fault({ fault: 'kvno-differs', ...versions, ...about })
      }
      case 'no-such-etype':
        return this.#fault({ fault: 'etypes-differ', issuer: direction === 'out' ? this.#api.realm : this.#options.realm, etype, ...about })
      case 'refused':
        return this.#fault({ fault: 'refused', by: acceptor, error: opening.error, ...about })
    }
  }

  #fault(fault: Fault): 'faulty' {
    this.#faults.push(fault)
    return 'faulty'
  }

  /** The time by the KDC's clock; undefined when there is no talking to it, which is a fault of its own. */
  async #clockOf(realm: string): Promise<Instant | undefined> {
    const met = await this.#kdcOf(realm)
    if (met.is !== 'there') return undefined
    const { seconds, micros } = this.#context.env.clock.now()
    return { seconds: seconds + (this.#skewed(met) ? met.ahead : 0), micros }
  }

  #kdcOf(realm: string): Promise<MetKdc> {
    const known = this.#kdcs.get(realm)
    if (known !== undefined) return known
    const meeting = meetKdc(realm, this.#context).then(met => {
      if (met.is === 'unreachable') this.#fault({ fault: 'unreachable', realm, error: met.error })
      if (met.is === 'other-realm') this.#fault({ fault: 'other-realm', realm, address: met.address })
      if (met.is === 'there' && this.#skewed(met)) this.#fault({ fault: 'clock-skew', realm, ahead: met.ahead })
      return met
    })
    this.#kdcs.set(realm, meeting)
    return meeting
  }

  #skewed({ ahead }: { readonly ahead: number }): boolean {
    return Math.abs(ahead) > this.#context.config.clockskew
  }
}

interface Shown {
  readonly direction: Direction
  readonly principal: Principal
  readonly half: Half
  readonly tgt: Credential
  readonly acceptor: string
}

/** There is no such entry, or none whose keys this administrator may see. */
const NO_KEYS: ReadonlySet<string> = new Set([
  'KADM5_UNK_PRINC',
  'KADM5_AUTH_EXTRACT',
  'KADM5_AUTH_INSUFFICIENT',
  'KADM5_AUTH_GET',
  'KADM5_PROTECT_KEYS',
])
