import type { HostAddress } from '../core/asn1/messages/host-address.ts'
import { type Bytes, EMPTY } from '../core/bytes/bytes.ts'
import type { Credential, TypedOctets } from '../core/ccache/credential.ts'
import { clientOf, type OpenedReply, serverOf } from './check-reply.ts'

export interface CredentialExtras {
  /** Those of the reply, or those of the ticket-granting ticket when a TGS reply names none. */
  readonly addresses: readonly HostAddress[]
  readonly isSkey?: boolean
  readonly secondTicket?: Bytes
}

/** The credential in a checked reply. Takes over the session key; all other octets are copies. */
export function credentialOf(opened: OpenedReply, extras: CredentialExtras): Credential {
  const { part, reply } = opened
  return {
    client: clientOf(opened),
    server: serverOf(opened),
    key: { etype: part.key.keytype, value: part.key.keyvalue },
    authtime: part.authtime,
    starttime: part.starttime ?? part.authtime,
    endtime: part.endtime,
    renewTill: part.renewTill ?? 0,
    isSkey: extras.isSkey ?? false,
    flags: part.flags,
    addresses: extras.addresses.map(typedOctets),
    authdata: [],
    ticket: new Uint8Array(reply.ticket.octets),
    secondTicket: extras.secondTicket ?? EMPTY,
  }
}

function typedOctets(address: HostAddress): TypedOctets {
  return { type: address.addrType, data: new Uint8Array(address.address) }
}
