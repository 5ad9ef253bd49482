import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { isTgtPrincipal, type Principal } from '../../core/principal/principal.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import { Refusal } from '../refusal.ts'
import type { AsResolved, TgsResolved } from './resolved.ts'

/** A rule that refuses a request; the first row that speaks decides. Codes, words and order are MIT's where it has the rule. */
export interface Check<R> {
  readonly name: string
  readonly ref: string
  run(r: R): Refusal | undefined
}

export function firstRefusal<R>(checks: readonly Check<R>[], resolved: R): Refusal | undefined {
  for (const check of checks) {
    const refusal = check.run(resolved)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** MIT passes over `from` without POSTDATED, and so gives a ticket for now to somebody who asked for one for later. */
export function startNotAhead<R extends Pick<AsResolved, 'body' | 'now' | 'realm'>>(): Check<R> {
  return {
    name: 'a start in the future wants POSTDATED',
    ref: 'RFC 4120 §3.1.3, §3.3.3',
    run: ({ body: { kdcOptions, from = 0 }, now, realm }) =>
      !(kdcOptions & (KdcOptions.POSTDATED | KdcOptions.RENEW | KdcOptions.VALIDATE)) && from > now + realm.clockskew
        ? new Refusal('KRB5KDC_ERR_CANNOT_POSTDATE', 'START WITHOUT POSTDATED')
        : undefined,
  }
}

/** Whether a client by the name of RFC 8062 §3 asks for more than a TGT of its realm where it may not. */
export function anonymousAstray(client: Principal, server: Principal, { restrictAnonymousToTgt }: RealmPolicy): Refusal | undefined {
  const [first, second] = client.components
  if (!restrictAnonymousToTgt || client.components.length !== 2 || first !== 'WELLKNOWN' || second !== 'ANONYMOUS') return undefined
  const ownTgs = isTgtPrincipal(server) && server.components[1] === server.realm
  return ownTgs ? undefined : new Refusal('KRB5KDC_ERR_POLICY', 'ANONYMOUS NOT ALLOWED')
}

/** Why a second ticket is no good now. MIT takes an outlived one; whoever once got hold of its key could then make use of it for ever. */
export function secondTicketOutOfTime({ second, now, realm }: TgsResolved): Refusal | undefined {
  const { flags, endtime } = second!.ticket
  if (flags & TicketFlags.INVALID) return new Refusal('KRB5KRB_AP_ERR_TKT_NYV', '2ND_TKT_NOT_VALID')
  return now > endtime + realm.clockskew ? new Refusal('KRB5KRB_AP_ERR_TKT_EXPIRED', '2ND_TKT_EXPIRED') : undefined
}

export function expired(at: number, now: number): boolean {
  return at !== 0 && now > at
}

/** Options that change a ticket instead of getting a new one by a TGT. */
export const CHANGES = KdcOptions.FORWARDED | KdcOptions.PROXY | KdcOptions.RENEW | KdcOptions.VALIDATE
