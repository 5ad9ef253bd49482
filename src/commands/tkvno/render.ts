import { etypeOfTicketFor } from '../../core/asn1/messages/ticket-glance.ts'
import { displayText } from '../../core/principal/display.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { legText } from '../../kdc-client/tgs/explain-route.ts'
import { isReferral, type Leg } from '../../kdc-client/tgs/route.ts'
import { errorJson } from '../text/envelope.ts'
import { ticketJson } from '../text/ticket.ts'
import type { ServiceResult } from './run.ts'

/** For standard output: one line per ticket that is as it should be. */
/** With delegation the line is about the evidence, which may be good when what comes after is not. */
export function resultText({ service, kvno, keytab, evidence, failure }: ServiceResult): string {
  if (kvno === undefined || (failure !== undefined && evidence === undefined)) return ''
  return `${displayText(service)}: kvno = ${kvno}${keytab === undefined ? '' : ', keytab entry valid'}\n`
}

/** For standard error, before the failure itself. */
export function invalidText({ service, kvno, keytab, failure }: ServiceResult): string {
  if (keytab !== 'invalid' || failure === undefined) return ''
  return `${displayText(service)}: kvno = ${kvno}, keytab entry invalid\n`
}

/** For `--explain`, on standard output after that: a line for each ticket on the way. */
export function pathText({ path = [] }: ServiceResult): string {
  return path.map(leg => `  ${legText(leg)}${detailsText(leg)}\n`).join('')
}

function detailsText(leg: Leg): string {
  const { session, ticket } = etypesOf(leg)
  const by = leg.kdc === undefined ? [] : [leg.kdc]
  const keys = session === undefined ? [] : [`session key ${session}`, ...(ticket === undefined ? [] : [`ticket ${ticket}`])]
  const details = [...by, ...keys]
  return details.length === 0 ? '' : ` (${details.join(', ')})`
}

export function resultJson({ service, kvno, keytab, evidence, ticket, path, failure }: ServiceResult): object {
  return {
    service,
    ...(kvno !== undefined && { kvno }),
    ...(keytab !== undefined && { keytab }),
    ...(evidence !== undefined && { evidence: ticketJson(evidence) }),
    ...(ticket !== undefined && { ticket: ticketJson(ticket) }),
    ...(path !== undefined && { path: path.map(legJson) }),
    ...(failure !== undefined && { error: errorJson(failure) }),
  }
}

/** `realm` is whose KDC was asked, or who issued the cached ticket; `referral`: the KDC named a realm that was not asked for. */
function legJson(leg: Leg): object {
  const { session, ticket } = etypesOf(leg)
  return {
    from: leg.from,
    realm: leg.realm,
    kdc: leg.kdc ?? null,
    asked: unparsePrincipal(leg.wanted),
    ticket: 'credential' in leg ? unparsePrincipal(leg.credential.server) : null,
    referral: isReferral(leg),
    sessionKeyEtype: session ?? null,
    ticketEtype: ticket ?? null,
    ...('error' in leg && { error: { code: leg.error.code, message: leg.error.message } }),
  }
}

function etypesOf(leg: Leg): { readonly session?: string; readonly ticket?: string } {
  if (!('credential' in leg)) return {}
  const { key, server, ticket } = leg.credential
  const etype = etypeOfTicketFor(server, ticket)
  return { session: etypeName(key.etype), ...(etype !== undefined && { ticket: etypeName(etype) }) }
}
