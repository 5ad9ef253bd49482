import { EncTicketPart, Ticket } from '../../../core/asn1/messages/ticket.ts'
import { toHex } from '../../../core/bytes/bytes.ts'
import type { Credential } from '../../../core/ccache/credential.ts'
import { openData, prepareKey } from '../../../core/crypto/encrypted-data.ts'
import { etypeById } from '../../../core/crypto/etypes/index.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { ticketFlagNames } from '../../../core/flags/ticket-flags.ts'
import { unopenedHints } from '../../../core/keytab/explain.ts'
import type { KeytabEntry } from '../../../core/keytab/keytab.ts'
import { pacOf } from '../../../core/pac/ticket-pac.ts'
import { fromPrincipalName, samePrincipal, tgtPrincipal, unparsePrincipal } from '../../../core/principal/principal.ts'
import { etypeName } from '../../../core/registry/etype.ts'
import { KeyUsage } from '../../../core/registry/key-usage.ts'
import { TransitedType } from '../../../core/registry/transited-type.ts'
import { isoTime } from '../../../core/time/format.ts'
import { decodeTransited } from '../../../core/transited/decode.ts'
import { addressText } from '../../text/address.ts'
import { authorizationFacts } from './authorization-data.ts'
import type { Facts } from './facts.ts'

export interface DecodeKeys {
  readonly keys: readonly KeytabEntry[]
  /** What the keytab is called. */
  readonly keytab: string
}

/** Everything in a ticket but its session key, as far as the keytab's keys open it. */
export async function ticketFacts(
  { server, starttime, ticket: octets }: Credential,
  { keys, keytab }: DecodeKeys,
  asn1: boolean,
): Promise<Facts> {
  const service = unparsePrincipal(server)
  let ticket: Ticket
  try {
    ticket = Ticket.decode(octets)
  } catch (error) {
    if (error instanceof KrbError) return { service, problem: error.message }
    throw error
  }
  const { encPart } = ticket
  const sealed = {
    service,
    ticketServer: unparsePrincipal(fromPrincipalName(ticket.sname, ticket.realm)),
    enctype: etypeName(encPart.etype),
    kvno: encPart.kvno ?? null,
  }
  const opened = openWithAny(encPart, keys)
  if (opened instanceof KrbError) {
    const { etype, kvno } = encPart
    const unopened = { server: fromPrincipalName(ticket.sname, ticket.realm), kvno, etype, issued: starttime }
    return { ...sealed, problem: opened.message, why: unopenedHints(keys, unopened, keytab).map(hint => ({ hint })) }
  }
  return {
    ...sealed,
    openedBy: `key ${opened.by.kvno} of ${unparsePrincipal(opened.by.principal)}`,
    ...(await partFacts(opened, ticket, keys, asn1)),
  }
}

interface Opened {
  readonly part: EncTicketPart
  readonly by: KeytabEntry
}

/** As acceptors do: every key of the enctype, whatever its name and number. */
function openWithAny(encPart: Ticket['encPart'], keys: readonly KeytabEntry[]): Opened | KrbError {
  let failure = new KrbError('KRB5_KT_NOTFOUND')
  for (const by of keys) {
    if (by.key.etype !== encPart.etype || etypeById(by.key.etype) === undefined) continue
    try {
      const octets = openData(by.key, KeyUsage.KDC_REP_TICKET, encPart)
      return { part: EncTicketPart.decode(octets.slice()), by }
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      failure = error
    }
  }
  return failure
}

async function partFacts({ part, by }: Opened, ticket: Ticket, keys: readonly KeytabEntry[], asn1: boolean): Promise<Facts> {
  const client = fromPrincipalName(part.cname, part.crealm)
  const tgs = tgtPrincipal(ticket.realm)
  const kdc = keys.filter(({ principal, key }) => samePrincipal(principal, tgs) && etypeById(key.etype) !== undefined)
  const witnesses = {
    server: prepareKey(by.key),
    kdc: kdc.map(({ key }) => prepareKey(key)),
    kdcName: unparsePrincipal(tgs),
    // A PAC in another place than KDCs put it is blanked by nobody.
    blankedTicket: () => pacOf(part)?.blankedTicket() ?? EncTicketPart.encode(part),
  }
  const { authtime, starttime, endtime, renewTill } = part
  return {
    client: unparsePrincipal(client),
    flags: ticketFlagNames(part.flags),
    sessionKey: etypeName(part.key.keytype),
    authenticated: isoTime(authtime),
    starts: isoTime(starttime ?? authtime),
    ends: isoTime(endtime),
    renewableUntil: renewTill === undefined ? null : isoTime(renewTill),
    transited: transitedFacts(part, ticket.realm),
    addresses: (part.caddr ?? []).map(({ addrType, address }) => addressText({ type: addrType, data: address })),
    authorizationData: await authorizationFacts(part.authorizationData ?? [], { witnesses, asn1 }),
  }
}

/** Realms between the client's and the server's. */
function transitedFacts({ transited: { trType, contents }, crealm }: EncTicketPart, realm: string): readonly string[] {
  if (contents.length === 0) return []
  try {
    if (trType === TransitedType.DOMAIN_X500_COMPRESS) return decodeTransited(contents, crealm, realm)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
  return [`type ${trType}, ${toHex(contents)}`]
}
