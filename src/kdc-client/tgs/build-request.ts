import { makeApReq } from '../../core/ap/make-ap-req.ts'
import type { HostAddress } from '../../core/asn1/messages/host-address.ts'
import { KdcReqBody, TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { Ticket } from '../../core/asn1/messages/ticket.ts'
import { preserve, reopen } from '../../core/asn1/schema.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { makeChecksum } from '../../core/crypto/checksum.ts'
import { prepareKey, randomKey } from '../../core/crypto/encrypted-data.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { keyFingerprint } from '../../core/crypto/key-fingerprint.ts'
import type { Env, Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { type Principal, toPrincipalName } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { nonce } from '../as/build-request.ts'
import { notStartedHint } from '../explain.ts'

export interface TgsMaking {
  /** The ticket that is shown: krbtgt, or the ticket itself for renewal and its kin. */
  readonly tgt: Credential
  readonly server: Principal
  /** Complete kdc-options. */
  readonly kdcOptions: number
  readonly etypes: readonly EtypeId[]
  /** 0 or absent: until the end of `tgt`. */
  readonly till?: number
  readonly rtime?: number
  readonly from?: number
  /** For FORWARDED and PROXY; otherwise those of `tgt`, which the new ticket keeps. */
  readonly addresses?: readonly HostAddress[]
  /** DER of the ticket for ENC-TKT-IN-SKEY and CNAME-IN-ADDL-TKT. */
  readonly secondTicket?: Bytes
  /** Beside PA-TGS-REQ. */
  readonly padata?: (grounds: PaDataGrounds) => readonly PaData[]
  /** The ticket will be for somebody else than the client of `tgt` (S4U): whoever asks looks at the name in the reply. */
  readonly actsForOther?: boolean
  /** The KDC's clock as far as it is known. */
  readonly now: Instant
}

/** What padata may be bound to. */
export interface PaDataGrounds {
  readonly nonce: number
  readonly subkey: Key
}

/** One TGS-REQ and what its reply will be compared with. */
export interface TgsSent {
  readonly message: Bytes
  readonly making: TgsMaking
  readonly body: KdcReqBody
  /** What `making` asked for beside PA-TGS-REQ. */
  readonly padata: readonly PaData[]
  /** The reply is encrypted in it; KDCs of old take the session key instead. */
  readonly subkey: Key
}

/**
 * A fresh TGS-REQ (RFC 4120 §3.3.1): PA-TGS-REQ with a subkey and a checksum over the body. Throws `KRB5KRB_AP_ERR_TKT_NYV`, the
 * word of MIT's KDC for it, when an INVALID ticket is shown for anything but its validation (RFC 4120 §2.2).
 */
export function buildTgsRequest(making: TgsMaking, env: Pick<Env, 'random' | 'trace'>): TgsSent {
  const { tgt, server, etypes } = making
  if (tgt.flags & TicketFlags.INVALID && !(making.kdcOptions & KdcOptions.VALIDATE)) throw notYetValid(tgt, making.now.seconds)
  const addresses = making.addresses ?? addressesOf(tgt)
  const subkey = randomKey(tgt.key.etype, n => env.random(n))
  env.trace({ event: 'tgs-subkey', key: { etype: subkey.etype, fingerprint: keyFingerprint(subkey) } })
  env.trace({ event: 'tgs-etypes', etypes })
  const body: KdcReqBody = {
    kdcOptions: making.kdcOptions,
    realm: server.realm,
    sname: toPrincipalName(server),
    from: making.from,
    till: making.till || tgt.endtime,
    rtime: making.rtime,
    nonce: nonce(env),
    etype: etypes,
    addresses: addresses.length === 0 ? undefined : addresses,
    additionalTickets: making.secondTicket && [reopen(Ticket, making.secondTicket)],
  }
  const reqBody = preserve(KdcReqBody, body)
  const sessionKey = prepareKey(tgt.key)
  const apReq = makeApReq(
    {
      client: tgt.client,
      ticket: tgt.ticket,
      sessionKey,
      usage: KeyUsage.TGS_REQ_AUTH,
      now: making.now,
      cksum: makeChecksum(sessionKey, KeyUsage.TGS_REQ_AUTH_CKSUM, reqBody.octets),
      subkey,
    },
    env,
  )
  const padata = making.padata?.({ nonce: body.nonce, subkey }) ?? []
  const message = TgsReq.encode({ padata: [{ padataType: PaType.TGS_REQ, padataValue: apReq.message }, ...padata], reqBody })
  return { message, making, body, padata, subkey }
}

/** Options that a service ticket inherits: MIT asks for what the ticket-granting ticket has. */
export function inheritedOptions(tgt: Credential): number {
  return (tgt.flags & INHERITED) >>> 0
}

function notYetValid(ticket: Credential, now: number): KrbError {
  return new KrbError('KRB5KRB_AP_ERR_TKT_NYV', { starttime: ticket.starttime }, { hints: [notStartedHint(ticket, now)] })
}

function addressesOf({ addresses }: Credential): readonly HostAddress[] {
  return addresses.map(({ type, data }) => ({ addrType: type, address: data }))
}

/** These bits have the same places among ticket flags and kdc-options. */
const INHERITED = KdcOptions.FORWARDABLE | KdcOptions.PROXIABLE | KdcOptions.ALLOW_POSTDATE | KdcOptions.RENEWABLE
