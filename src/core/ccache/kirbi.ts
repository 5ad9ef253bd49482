import { EncKrbCredPart, KrbCred, type KrbCredInfo } from '../asn1/messages/krb-cred.ts'
import { Ticket } from '../asn1/messages/ticket.ts'
import { reopen } from '../asn1/schema.ts'
import { type Bytes, EMPTY } from '../bytes/bytes.ts'
import { decodeText } from '../bytes/text.ts'
import { KrbError } from '../errors/krb-error.ts'
import { fromPrincipalName, toPrincipalName } from '../principal/principal.ts'
import type { Credential } from './credential.ts'

/**
 * A KRB-CRED message whose encrypted part is in the clear (enctype 0), as Windows tools and impacket keep tickets in .kirbi files
 * (RFC 4120 §5.8.1, and §3.6 for the missing encryption). Whoever reads it has the session keys. Authorization data that was asked for and second
 * tickets have no place in it. Throws an ASN.1 error when a credential's ticket is none.
 */
export function encodeKirbi(credentials: readonly Credential[]): Bytes {
  const tickets = credentials.map(({ ticket }) => reopen(Ticket, ticket))
  const cipher = EncKrbCredPart.encode({ ticketInfo: credentials.map(infoOf) })
  try {
    return KrbCred.encode({ tickets, encPart: { etype: NO_ENCRYPTION, cipher } })
  } finally {
    cipher.fill(0)
  }
}

/**
 * The credentials of such a message, in binary or in base64. Throws an ASN.1 error, `KRB5_BAD_ENCTYPE` when it is encrypted, and
 * `ASN1_MISSING_FIELD` when it does not say whose tickets they are.
 */
export function decodeKirbi(octets: Bytes): readonly Credential[] {
  const { tickets, encPart } = KrbCred.decode(octets[0] === KRB_CRED_TAG ? octets : fromBase64(octets))
  if (encPart.etype !== NO_ENCRYPTION) {
    const hints = [`the message is encrypted (enctype ${encPart.etype}); only the session that it was sent in has the key`]
    throw new KrbError('KRB5_BAD_ENCTYPE', { etype: encPart.etype }, { hints })
  }
  return credentialsIn(tickets, EncKrbCredPart.decode(encPart.cipher))
}

/**
 * The credentials of a KRB-CRED whose encrypted part was opened. Throws `ASN1_BAD_LENGTH` when it does not describe as many tickets as
 * there are, and `ASN1_MISSING_FIELD` when it does not say whose they are.
 */
export function credentialsIn(tickets: KrbCred['tickets'], { ticketInfo }: EncKrbCredPart): readonly Credential[] {
  if (ticketInfo.length !== tickets.length) {
    const hints = [`${tickets.length} tickets and ${ticketInfo.length} descriptions`]
    throw new KrbError('ASN1_BAD_LENGTH', { tickets: tickets.length, infos: ticketInfo.length }, { hints })
  }
  return tickets.map((ticket, i) => credentialOf(ticket.value, ticket.octets.slice(), ticketInfo[i]!))
}

/** Whether the octets begin as such a message does, in binary or in base64. */
export function looksLikeKirbi(octets: Bytes): boolean {
  return octets[0] === KRB_CRED_TAG || /^\s*d[g-v]/.test(decodeText(octets.subarray(0, 64)))
}

/** Whether the credential's ticket is one; caches of other programs may hold anything in its place. */
export function isTicket({ ticket }: Credential): boolean {
  try {
    Ticket.decode(ticket)
    return true
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

function infoOf({ client, server, key, authtime, starttime, endtime, renewTill, flags, addresses }: Credential): KrbCredInfo {
  return {
    key: { keytype: key.etype, keyvalue: key.value },
    prealm: client.realm,
    pname: toPrincipalName(client),
    flags,
    ...(authtime !== 0 && { authtime }),
    ...(starttime !== 0 && { starttime }),
    endtime,
    ...(renewTill !== 0 && { renewTill }),
    srealm: server.realm,
    sname: toPrincipalName(server),
    ...(addresses.length > 0 && { caddr: addresses.map(({ type, data }) => ({ addrType: type, address: data })) }),
  }
}

/** What the sender left out stands in the ticket, except for the client. */
function credentialOf(ticket: Ticket, octets: Bytes, info: KrbCredInfo): Credential {
  const { prealm, pname, sname = ticket.sname, srealm = ticket.realm } = info
  if (prealm === undefined || pname === undefined) {
    throw new KrbError('ASN1_MISSING_FIELD', { field: 'pname' }, { hints: ['the message does not say whose ticket it is'] })
  }
  return {
    client: fromPrincipalName(pname, prealm),
    server: fromPrincipalName(sname, srealm),
    key: { etype: info.key.keytype, value: info.key.keyvalue },
    authtime: info.authtime ?? info.starttime ?? 0,
    starttime: info.starttime ?? 0,
    endtime: info.endtime ?? 0,
    renewTill: info.renewTill ?? 0,
    isSkey: false,
    flags: info.flags ?? 0,
    addresses: (info.caddr ?? []).map(({ addrType, address }) => ({ type: addrType, data: address.slice() })),
    authdata: [],
    ticket: octets,
    secondTicket: EMPTY,
  }
}

function fromBase64(octets: Bytes): Bytes {
  const text = decodeText(octets).replace(/\s+/g, '')
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : octets
}

const NO_ENCRYPTION = 0
/** [APPLICATION 22], constructed. */
const KRB_CRED_TAG = 0x76
