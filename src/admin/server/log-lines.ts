import { decodeText, encodeText } from '../../core/bytes/text.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { Caller } from './call.ts'

/** What a call was about, as the log shows it. */
export interface LoggedCall {
  /** `kadm5_get_principal`. */
  readonly procedure: string
  /** The name or pattern, or names. */
  readonly subject: string
  readonly caller: Caller
}

/** `Request: kadm5_get_principal, alice@R, success, client=..., service=..., addr=...`; `outcome` is "success" or the error's text. */
export function requestLine({ procedure, subject, caller }: LoggedCall, outcome: string): string {
  return `Request: ${procedure}, ${subject}, ${harmless(outcome)}, ${from(caller)}`
}

export function unauthorizedLine({ procedure, subject, caller }: LoggedCall): string {
  return `Unauthorized request: ${procedure}, ${subject}, ${from(caller)}`
}

/** What stands below an unauthorized request: why. */
export function refusalLine(why: string): string {
  return `Refused: ${harmless(why)}`
}

/** The line of kadm5_init has two numbers more. */
export function initLine(call: LoggedCall, version: number): string {
  return `${requestLine(call, 'success')}, vers=${version}, flavor=6`
}

/** What comes before the request's line when a rule has refused a password that is not the policy's own; undefined for all other errors. */
export function passwordQualityLine(principal: Principal | undefined, { code, params, message }: KrbError): string | undefined {
  const { module } = params
  if (!code.startsWith('KADM5_PASS_Q_') || module === undefined || principal === undefined) return undefined
  return `password quality module ${module} rejected password for ${harmless(unparsePrincipal(principal))}: ${message}`
}

/** Somebody came with another flavor of RPC than RPCSEC_GSS, as old programs do (kadmin -O). */
export function badFlavorLine(address: string, flavor: number): string {
  return `Authentication attempt failed: ${address}, RPC authentication flavor ${flavor}`
}

/** Why somebody got no context, as MIT spreads it over four lines. */
export function badAuthenticationLines(address: string, reason: string): readonly string[] {
  return [
    `Authentication attempt failed: ${address}, GSS-API error strings are:`,
    '    Unspecified GSS failure.  Minor code may provide more information',
    `    ${harmless(reason)}`,
    '   GSS-API error strings complete.',
  ]
}

export function nameText(name: Principal): string {
  return cutText(unparsePrincipal(name))
}

/** Whatever somebody sent, as a part of one line: at most 125 octets of it, control characters escaped (threats T40, T41). */
export function cutText(text: string): string {
  const octets = encodeText(text)
  return octets.length <= MAX_OCTETS ? harmless(text) : `${harmless(decodeText(octets.subarray(0, MAX_OCTETS)))}...`
}

function from({ client, service, address }: Caller): string {
  return `client=${nameText(client)}, service=${nameText(service)}, addr=${address}`
}

function harmless(text: string): string {
  return displayText(text)
}

const MAX_OCTETS = 125
