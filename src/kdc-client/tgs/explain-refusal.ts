import type { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { Ticket } from '../../core/asn1/messages/ticket.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions, kdcOptionNames } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { displayText } from '../../core/principal/display.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { isoTime } from '../../core/time/format.ts'
import { shown } from '../check-reply.ts'
import { Refusal, saidBy } from '../refusal.ts'
import type { TgsMaking } from './build-request.ts'

/** What a person needs beside a KDC's refusal of a ticket: what it wants of the ticket that was shown, what its own words mean, the next step. */
export function refusedTicketHints(message: KrbErrorMessage, making: TgsMaking): readonly string[] {
  const { errorCode } = message
  const said = saidBy(message)
  const meaning = MEANINGS.get(said)
  return [
    ...(errorCode === Refusal.BADOPTION ? [`asked for: ${kdcOptionNames(making.kdcOptions).join(', ') || 'no option'}`] : []),
    ...(errorCode === Refusal.BADOPTION ? lackingHints(making) : []),
    ...(NOT_OPENED.has(errorCode) || said === NO_SUCH_KEY ? oldKeyHints(making.tgt) : []),
    ...(meaning === undefined ? [] : [meaning(shown(making.server), shown(making.tgt.client))]),
  ]
}

/** The flags that the shown ticket needs for the options, and has not, with the command that sets them (RFC 4120 §2). */
export function lackingHints({ tgt, kdcOptions }: Pick<TgsMaking, 'tgt' | 'kdcOptions'>): readonly string[] {
  return NEEDS.filter(({ options, flag }) => kdcOptions & options && !(tgt.flags & flag)).map(
    ({ lacking }) => `the ticket for ${shown(tgt.server)} ${lacking}`,
  )
}

/** With which key a ticket is sealed, as text: `kvno 2, aes256-cts-hmac-sha1-96`; undefined for what is no ticket. */
export function sealText({ ticket }: Pick<Credential, 'ticket'>): string | undefined {
  try {
    const { etype, kvno } = Ticket.decode(ticket).encPart
    return `${kvno === undefined ? 'no kvno' : `kvno ${kvno}`}, ${etypeName(etype)}`
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** A ticket-granting ticket that its own realm's KDC does not open; those of other realms are `routeHints`' business. */
function oldKeyHints(tgt: Credential): readonly string[] {
  const { server, starttime } = tgt
  const realm = server.components[1]
  const seal = sealText(tgt)
  if (realm !== server.realm || seal === undefined) return []
  return [
    `the KDC of ${displayText(realm)} does not open the ticket for ${shown(server)} (${seal}, of ${isoTime(starttime)})`,
    'the key of the realm was changed since, or another realm of that name answers: tkinit gets a new ticket',
  ]
}

/** What MIT's KDC says of a ticket whose key it has no longer. */
const NO_SUCH_KEY = 'PROCESS_TGS'
/** KDCs' complaints about the ticket itself (RFC 4120 §7.5.9): its integrity, the message, its kvno, its key. */
const NOT_OPENED: ReadonlySet<number> = new Set([31, 41, 44, 45])

const NEEDS: readonly { readonly options: number; readonly flag: number; readonly lacking: string }[] = [
  {
    options: KdcOptions.FORWARDED | KdcOptions.FORWARDABLE,
    flag: TicketFlags.FORWARDABLE,
    lacking: 'is not forwardable: tkinit -f asks for one that is',
  },
  {
    options: KdcOptions.PROXY | KdcOptions.PROXIABLE,
    flag: TicketFlags.PROXIABLE,
    lacking: 'is not proxiable: tkinit -p asks for one that is',
  },
  {
    options: KdcOptions.POSTDATED | KdcOptions.ALLOW_POSTDATE,
    flag: TicketFlags.MAY_POSTDATE,
    lacking: 'gives no postdated ones: tkinit --postdatable asks for one that does',
  },
  {
    options: KdcOptions.RENEW | KdcOptions.RENEWABLE,
    flag: TicketFlags.RENEWABLE,
    lacking: 'is not renewable: tkinit -r asks for one that is',
  },
  {
    options: KdcOptions.VALIDATE,
    flag: TicketFlags.INVALID,
    lacking: 'is valid already: only postdated ones (tkinit -s) need validation',
  },
]

/** The status words that MIT's KDC and ours put into e-text, for a service and a client. */
const MEANINGS: ReadonlyMap<string, (service: string, client: string) => string> = new Map([
  ['TGT BASED NOT ALLOWED', service => `${service} takes only tickets that a log-in gives: tkinit -S ${service}`],
  ['HIGHER_AUTHENTICATION_REQUIRED', service => `${service} wants a log-in of another kind: getstrs shows which (require_auth)`],
  ['NON-RENEWABLE TICKET', service => `${service} takes no renewable tickets: tkinit without -r gets what can be used for it`],
  ['NON-POSTDATABLE TICKET', service => `${service} takes no postdated tickets`],
  ['DUP_SKEY DISALLOWED', service => `${service} takes no part in user-to-user: modprinc +allow_dup_skey lets it`],
  ['2ND_TKT_NOT_TGS', () => 'the second ticket of user-to-user must be the ticket-granting ticket of the same realm'],
  ['2ND_TKT_MISMATCH', service => `the second ticket of user-to-user is not that of ${service}`],
  ['SERVER NOT ALLOWED', service => `${service} has tickets by user-to-user only: tkvno --u2u, with a cache of its own`],
  ['SERVER LOCKED OUT', service => `${service} is there, and disabled: modprinc +allow_tix enables it`],
  ['SERVICE EXPIRED', service => `${service} has expired: an administrator can set another date (modprinc -expire)`],
  ['NO PREAUTH', (service, client) => `${service} wants pre-authenticated clients: modprinc +requires_preauth ${client}, then tkinit`],
  ['NO HW PREAUTH', service => `${service} wants clients that logged in with hardware (+requires_hwauth)`],
  ['ANONYMOUS NOT ALLOWED', () => 'the realm gives anonymous clients nothing but ticket-granting tickets (restrict_anonymous_to_tgt)'],
  [
    'EVIDENCE_TKT_NOT_FORWARDABLE',
    (_, client) =>
      `the user's ticket is not forwardable: modprinc +ok_to_auth_as_delegate ${client}, or a forwardable one of the user's own`,
  ],
  ['UNSUPPORTED_S4U2PROXY_REQUEST', mayNotDelegate],
  ['NOT_ALLOWED_TO_DELEGATE', mayNotDelegate],
])

function mayNotDelegate(service: string, client: string): string {
  return `${client} may not act for users at ${service}: a KDC of ours lets it by setstr ${client} delegate_to ${service}`
}
