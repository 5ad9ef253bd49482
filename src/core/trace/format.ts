import type { Bytes } from '../bytes/bytes.ts'
import { toHex } from '../bytes/bytes.ts'
import type { Instant } from '../env.ts'
import { displayText } from '../principal/display.ts'
import { type Principal, unparsePrincipal } from '../principal/principal.ts'
import { etypeNames } from '../registry/etype.ts'
import { paTypeName } from '../registry/pa-type.ts'
import type { TraceData, TracedAddress, TracedKey, TracedResult, TraceEvent } from './events.ts'

/** One line of a KRB5_TRACE file, newline included: `[PID] SECONDS.MICROS: TEXT`. */
export function traceLine(event: TraceEvent, pid: number, now: Instant): string {
  return `[${pid}] ${now.seconds}.${String(now.micros).padStart(6, '0')}: ${traceText(event)}\n`
}

/** An event in the words of MIT's include/k5-trace.h, which people and scripts search for. */
export function traceText(event: TraceEvent): string {
  return (WORDS[event.event] as (data: TraceEvent) => string)(event)
}

function address(a: TracedAddress): string {
  return `${SOCKETS[a.transport]} ${a.address}:${a.port}`
}

function result(r: TracedResult): string {
  return `${r.number}/${displayText(r.text)}`
}

function key(k: TracedKey): string {
  return `${etype(k.etype)}/${k.fingerprint}`
}

function name(p: Principal): string {
  return displayText(unparsePrincipal(p))
}

function pair(p: { readonly client: Principal; readonly server: Principal }): string {
  return `${name(p.client)} -> ${name(p.server)}`
}

function hex(octets: Bytes): string {
  return toHex(octets).toUpperCase()
}

/** MIT's shortest name of an enctype: traces use that one. */
function etype(id: number): string {
  return etypeNames(id)?.reduce((short, name) => (name.length < short.length ? name : short)) ?? String(id)
}

function etypes(ids: readonly number[]): string {
  return ids.length === 0 ? '(empty)' : ids.map(etype).join(', ')
}

function paTypes(ids: readonly number[]): string {
  return ids.length === 0 ? '(empty)' : ids.map(paType).join(', ')
}

function paType(id: number): string {
  const known = paTypeName(id)
  return known === undefined ? String(id) : `${known} (${id})`
}

/** ASCII as it is, every other octet as \xNN. */
function printable(octets: Bytes): string {
  let text = ''
  for (const octet of octets) {
    text += octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\x${octet.toString(16).padStart(2, '0')}`
  }
  return text
}

const SOCKETS: Readonly<Record<TracedAddress['transport'], string>> = { udp: 'dgram', tcp: 'stream', https: 'https' }

const WORDS: { readonly [K in keyof TraceData]: (data: TraceData[K]) => string } = {
  'sending-request': e =>
    `Sending request (${e.bytes} bytes) to ${displayText(e.realm)}${e.primary ? ' (primary)' : ''}${e.tcpOnly ? ' (tcp only)' : ''}`,
  'resolving-host': e => `Resolving hostname ${displayText(e.host)}`,
  'udp-sending': e => `Sending ${e.again ? 'retry' : 'initial'} UDP request to ${address(e.to)}`,
  'udp-send-error': e => `UDP error sending to ${address(e.to)}: ${result(e.error)}`,
  'udp-receive-error': e => `UDP error receiving from ${address(e.from)}: ${result(e.error)}`,
  'tcp-connecting': e => `Initiating TCP connection to ${address(e.to)}`,
  'tcp-sending': e => `Sending TCP request to ${address(e.to)}`,
  'tcp-connect-error': e => `TCP error connecting to ${address(e.to)}: ${result(e.error)}`,
  'tcp-receive-error': e => `TCP error receiving from ${address(e.from)}: ${result(e.error)}`,
  'tcp-closing': e => `Terminating TCP connection to ${address(e.to)}`,
  'answer-received': e => `Received answer (${e.bytes} bytes) from ${address(e.from)}`,
  'answered-by-primary': e => `Response was${e.primary ? '' : ' not'} from primary KDC`,
  'https-sending': e => `Sending HTTPS request to ${address(e.to)}`,
  'https-connect-error': e => `HTTPS error connecting to ${address(e.to)}`,
  'https-send-error': e => `HTTPS error sending to ${address(e.to)}`,
  'https-error': e => `HTTPS error: ${displayText(e.text)}`,
  'tls-certificate-error': e => `TLS certificate error: ${e.number} (${displayText(e.text)})`,
  'tls-name-mismatch': e => `TLS certificate name mismatch: server certificate is not for "${displayText(e.host)}"`,
  'tls-name-matched': e => `TLS certificate name matched "${displayText(e.host)}"`,
  'uri-query': e => `Sending DNS URI query for ${displayText(e.domain)}`,
  'uri-answer': e => `URI answer: ${e.priority} ${e.weight} "${displayText(e.target)}"`,
  'uri-none': () => 'No URI records found',
  'srv-query': e => `Sending DNS SRV query for ${displayText(e.domain)}`,
  'srv-answer': e => `SRV answer: ${e.priority} ${e.weight} ${e.port} "${displayText(e.host)}"`,
  'srv-none': () => 'No SRV records found',
  'txt-lookup': e => `TXT record ${displayText(e.domain)} ${e.realm === undefined ? 'not found' : `found: ${displayText(e.realm)}`}`,
  'too-big-for-udp': () => 'Request or response is too big for UDP; retrying with TCP',

  'init-creds': e => `Getting initial credentials for ${name(e.client)}`,
  'init-creds-service': e => `Setting initial creds service to ${displayText(e.service)}`,
  'init-creds-primary': () => 'Retrying AS request with primary KDC',
  'init-creds-referral': e => `Following referral to realm ${displayText(e.realm)}`,
  'keytab-entry': e =>
    `Retrieving ${name(e.principal)} from ${displayText(e.keytab)} (vno ${e.kvno}, enctype ${etype(e.etype)}) with result: ${result(e.result)}`,
  'keytab-enctypes': e => `Found entries for ${name(e.client)} in keytab: ${etypes(e.etypes)}`,
  'preauth-none': () => 'Sending unauthenticated request',
  'preauth-from-method-data': () => 'Preauthenticating using KDC method data',
  'preauth-continuing': e => `Continuing preauth mech ${paType(e.paType)}`,
  'preauth-offered': e => `Processing preauth types: ${paTypes(e.paTypes)}`,
  'preauth-produced': e => `Produced preauth for next request: ${paTypes(e.paTypes)}`,
  'preauth-module': e => `Preauth module ${e.name} (${e.paType}) (${e.real ? 'real' : 'info'}) returned: ${result(e.result)}`,
  'etype-info': e => `Selected etype info: etype ${etype(e.etype)}, salt "${printable(e.salt)}", params "${printable(e.params)}"`,
  'salt-received': e => `Received salt "${printable(e.salt)}" via padata type ${paType(e.paType)}`,
  'salt-from-principal': e => `Salt derived from principal: ${printable(e.salt)}`,
  'cookie-received': e => `Received cookie: ${printable(e.cookie)}`,
  'encrypted-timestamp-disabled': () => 'Ignoring encrypted timestamp because it is disabled',
  'encrypted-timestamp-key': e => `AS key obtained for encrypted timestamp: ${key(e.key)}`,
  'encrypted-timestamp': e => `Encrypted timestamp (for ${e.seconds}.${e.micros}): plain ${hex(e.plain)}, encrypted ${hex(e.encrypted)}`,
  'kdc-error': e => `Received error from KDC: ${result(e.error)}`,
  'getting-reply-key': e => `Getting AS key, salt "${printable(e.salt)}", params "${printable(e.params)}"`,
  'reply-key': e => `AS key obtained from gak_fct: ${key(e.key)}`,
  'reply-key-from-preauth': e => `AS key determined by preauth: ${key(e.key)}`,
  'reply-key-from-preauth-failed': e => `Decrypt with preauth AS key failed: ${result(e.error)}`,
  'as-reply-decrypted': e => `Decrypted AS reply; session key is: ${key(e.key)}`,
  'fast-negotiation': e => `FAST negotiation: ${e.available ? '' : 'un'}available`,

  'password-expired': () => 'Principal expired; getting changepw ticket',
  'password-change-try': e => `Attempting password change; ${e.left} tries remaining`,
  'password-changed': () => 'Getting initial TGT with changed password',
  'ap-req-made': e =>
    `Creating authenticator for ${pair(e)}, seqnum ${e.seqNumber}, subkey ${key(e.subkey)}, session key ${key(e.sessionKey)}`,
  'ap-rep-read': e =>
    `Read AP-REP, time ${e.ctime}.${e.cusec}, subkey ${e.subkey === undefined ? '(null)' : key(e.subkey)}, seqnum ${e.seqNumber}`,

  'cache-initialized': e => `Initializing ${displayText(e.cache)} with default princ ${name(e.client)}`,
  'cache-stored': e => `Storing ${pair(e)} in ${displayText(e.cache)}`,
  'cache-store-failed': e => `Failed to store credentials in ${displayText(e.cache)}: ${result(e.error)}`,
  'cache-retrieved': e => `Retrieving ${pair(e)} from ${displayText(e.cache)} with result: ${result(e.result)}`,
  'cache-retried': e => `Retrying ${pair(e)} with result: ${result(e.result)}`,
  'cache-config-stored': e =>
    `Storing config in ${displayText(e.cache)} for ${e.server === undefined ? '' : name(e.server)}: ${displayText(e.key)}: ${printable(e.value)}`,
  'cache-removed': e => `Removing ${pair(e)} from ${displayText(e.cache)}`,
  'cache-destroyed': e => `Destroying ccache ${displayText(e.cache)}`,

  'service-creds': e => `Getting credentials ${pair(e)} using ccache ${displayText(e.cache)}`,
  'local-tgt': e => `Starting with TGT for client realm: ${pair(e)}`,
  'cached-service-tgt': e => `Found cached TGT for service realm: ${pair(e)}`,
  'cached-intermediate-tgt': e => `Found cached TGT for intermediate realm: ${pair(e)}`,
  'fallback-host': e => `Falling back to canonicalized server hostname ${displayText(e.host)}`,
  'fallback-realm': e => `Local realm referral failed; trying fallback realm ${displayText(e.realm)}`,
  'referral-realm': e => `Server has referral realm; starting with ${name(e.server)}`,
  'requesting-tgt': e => `Requesting TGT ${name(e.wanted)} using TGT ${name(e.using)}`,
  'requesting-service': e => `Requesting tickets for ${name(e.server)}, referrals ${e.referrals ? 'on' : 'off'}`,
  'tgs-subkey': e => `Generated subkey for TGS request: ${key(e.key)}`,
  'tgs-etypes': e => `etypes requested in TGS request: ${etypes(e.etypes)}`,
  'tgs-reply': e => `TGS reply is for ${pair(e)} with session key ${key(e.key)}`,
  'tgs-reply-session-key': e => `TGS reply didn't decode with subkey; trying session key (${key(e.key)})`,
  'tgs-server-differs': e => `Reply server ${name(e.received)} differs from requested ${name(e.requested)}`,
  'tgs-result': e => `TGS request result: ${result(e.result)}`,
  'service-realm-tgt': e => `Received TGT for service realm: ${name(e.server)}`,
  'next-realm': e => `Received TGT for ${displayText(e.realm)}; advancing current realm`,
  'closer-realm': e => `Trying next closer realm in path: ${displayText(e.realm)}`,
  'off-path-realm': e => `Received TGT for offpath realm ${displayText(e.realm)}`,
  'following-referral': e => `Following referral TGT ${name(e.server)}`,
  'referral-to-same-realm': e => `Received TGT referral back to same realm (${displayText(e.realm)}); trying again without referrals`,
  'referral-is-no-tgt': e => `Received non-TGT referral response (${name(e.server)}); trying again without referrals`,
  'service-creds-received': e => `Received creds for desired service ${name(e.server)}`,
  'via-ticket': e => `Get cred via TGT ${name(e.using)} after requesting ${name(e.server)} (canonicalize ${e.canonicalize ? 'on' : 'off'})`,
  'via-ticket-result': e => `Got cred; ${result(e.result)}`,
}
