import { Ticket } from '../../core/asn1/messages/ticket.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { tgtPrincipal } from '../../core/principal/principal.ts'
import { usableEtypes } from '../cached.ts'
import type { ClientContext } from '../context.ts'
import { credentialViaTicket } from '../tgs/via-ticket.ts'

/** What a KDC makes of a ticket-granting ticket `krbtgt/OURS@OTHER` that another realm has issued. */
export type Opening =
  | { readonly is: 'opened' }
  /** It has no such principal. */
  | { readonly is: 'missing' }
  /** It has a key of that enctype and, as far as it looks at it, of that version: another one. */
  | { readonly is: 'other-key' }
  /** The key is right, its version is not; the KDC's own one where it was found. */
  | { readonly is: 'other-kvno'; readonly kvno?: number }
  /** Neither by version nor without it is there a key of the enctype. */
  | { readonly is: 'no-such-etype' }
  | { readonly is: 'refused'; readonly error: KrbError }

/**
 * Shows the ticket to the KDC and asks for an ordinary ticket-granting ticket of its realm. The version of a ticket's key stands outside of
 * its encryption (RFC 4120 §5.2.9): when the KDC finds no key, the same ticket without a version, and with others, shows why.
 */
export async function openingAt(realm: string, tgt: Credential, now: Instant, context: ClientContext): Promise<Opening> {
  const show = (kvno: number | undefined) => shown(realm, withKvno(tgt, kvno), now, context)
  const stated = Ticket.decode(tgt.ticket).encPart.kvno
  const first = await show(stated)
  if (first.is !== 'no-key') return first
  const anyVersion = await show(undefined)
  if (anyVersion.is !== 'no-key' && anyVersion.is !== 'opened') return anyVersion
  // MIT's KDC, shown no version, says "no key" of a wrong key too.
  const other = await otherVersion(show, stated)
  if (other !== undefined) return other
  return anyVersion.is === 'opened' ? { is: 'other-kvno' } : { is: 'no-such-etype' }
}

type Shown = Opening | { readonly is: 'no-key' }

async function shown(realm: string, tgt: Credential, now: Instant, context: ClientContext): Promise<Shown> {
  try {
    await credentialViaTicket({ tgt, server: tgtPrincipal(realm), kdcOptions: 0, etypes: usableEtypes(context), now }, context)
    return { is: 'opened' }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    if (BEHIND_THE_SEAL.has(error.code)) return { is: 'opened' }
    if (NO_PRINCIPAL.has(error.code)) return { is: 'missing' }
    if (ANOTHER_KEY.has(error.code)) return { is: 'other-key' }
    return NO_KEY.has(error.code) || isUnopened(error) ? { is: 'no-key' } : { is: 'refused', error }
  }
}

/** MIT's KDC has no number for "No matching key in entry", only the name of the step. */
function isUnopened({ code, message }: KrbError): boolean {
  return code === 'KRB5KRB_ERR_GENERIC' && message.endsWith('PROCESS_TGS')
}

/** KDCs that look at versions know few of them: the small ones are tried. */
async function otherVersion(show: (kvno: number) => Promise<Shown>, stated: number | undefined): Promise<Opening | undefined> {
  for (let kvno = 1; kvno <= MOST_VERSIONS; kvno++) {
    if (kvno === stated) continue
    const { is } = await show(kvno)
    if (is === 'opened') return { is: 'other-kvno', kvno }
    if (is === 'other-key') return { is }
  }
  return undefined
}

/** The same ticket, its key's version put differently or left out. */
export function withKvno(tgt: Credential, kvno: number | undefined): Credential {
  const { realm, sname, encPart } = Ticket.decode(tgt.ticket)
  const { kvno: _, ...sealed } = encPart
  return { ...tgt, ticket: Ticket.encode({ realm, sname, encPart: kvno === undefined ? sealed : { ...sealed, kvno } }) }
}

/** Said of what stands inside the ticket: our own user who comes back from outside (INVALID LINEAGE), the realms passed. */
const BEHIND_THE_SEAL: ReadonlySet<string> = new Set(['KRB5KDC_ERR_POLICY', 'KRB5KDC_ERR_PATH_NOT_ACCEPTED'])
/** MIT's word, and Heimdal's. */
const NO_PRINCIPAL: ReadonlySet<string> = new Set(['KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'KRB5KRB_AP_ERR_NOT_US'])
const ANOTHER_KEY: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_BAD_INTEGRITY', 'KRB5KRB_AP_ERR_MODIFIED'])
const NO_KEY: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_BADKEYVER', 'KRB5KRB_AP_ERR_NOKEY', 'KRB5KDC_ERR_ETYPE_NOSUPP'])
const MOST_VERSIONS = 12
