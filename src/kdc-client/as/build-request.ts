import type { HostAddress } from '../../core/asn1/messages/host-address.ts'
import { AsReq, KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { type PaData, PaPacRequest } from '../../core/asn1/messages/pa-data.ts'
import { preserve } from '../../core/asn1/schema.ts'
import { type Bytes, EMPTY } from '../../core/bytes/bytes.ts'
import type { Env, Instant } from '../../core/env.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { type Principal, toPrincipalName } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { PaType, type PaTypeId } from '../../core/registry/pa-type.ts'

/** What the user wants, with the configuration's defaults already in. Times are durations in seconds: each send counts them anew. */
export interface AsTerms {
  readonly client: Principal
  /** The service of the client's realm; its own realm does not matter. */
  readonly service: Principal
  /** kdc-options without those that follow from the lives and the start. */
  readonly kdcOptions: number
  readonly lifetime: number
  /** 0 for a ticket that is not renewable. */
  readonly renewLife: number
  /** 0 for a ticket that starts at once; less asks for a start in the past, which KDCs take for now (RFC 4120 §3.1.3). */
  readonly startOffset: number
  /** In order of preference. */
  readonly etypes: readonly EtypeId[]
  readonly addresses: readonly HostAddress[]
  /** Ask for a PAC in the ticket, or for none; undefined leaves it to the KDC. */
  readonly pac?: boolean | undefined
  /** The one mechanism that may be used for a ticket of that service; undefined for any. */
  readonly allowedPreauth?: ((server: Principal) => Promise<PaTypeId | undefined>) | undefined
  readonly clockskew: number
  /** kdc_timesync: the KDC's clock is taken for right. */
  readonly timesync: boolean
  readonly encryptedTimestampDisabled: (realm: string) => boolean
  /** preferred_preauth_types: padata types to try first. */
  readonly preferredPreauthTypes: (realm: string) => readonly number[]
}

/** One AS-REQ and what its reply will be compared with. */
export interface AsSent {
  readonly message: Bytes
  readonly client: Principal
  readonly server: Principal
  readonly body: KdcReqBody
  /** Our own clock when it was made. */
  readonly at: Instant
}

export interface AsMaking {
  readonly terms: AsTerms
  readonly client: Principal
  readonly server: Principal
  readonly padata: readonly PaData[]
  /** Ask for the checksum of the request and for encrypted padata in the reply (RFC 6806 §11). */
  readonly askEncPaRep: boolean
  /** The KDC's clock as far as it is known. */
  readonly now: Instant
}

/** A fresh AS-REQ (RFC 4120 §3.1.1): new nonce, times counted from `now`. */
export function buildAsRequest(making: AsMaking, env: Pick<Env, 'clock' | 'random'>): AsSent {
  const { terms, client, server } = making
  const from = later(making.now.seconds, terms.startOffset)
  const till = later(from, terms.lifetime)
  const renewable = terms.renewLife > 0
  const body: KdcReqBody = {
    kdcOptions: kdcOptionsOf(terms),
    cname: toPrincipalName(client),
    realm: server.realm,
    sname: toPrincipalName(server),
    from: terms.startOffset === 0 ? undefined : from,
    till,
    // Never less than the lifetime, as MIT asks.
    rtime: renewable ? Math.max(later(from, terms.renewLife), till) : undefined,
    nonce: nonce(env),
    etype: terms.etypes,
    addresses: terms.addresses.length === 0 ? undefined : terms.addresses,
  }
  const padata = [
    ...making.padata,
    ...(making.askEncPaRep ? [{ padataType: PaType.REQ_ENC_PA_REP, padataValue: EMPTY }] : []),
    ...(terms.pac === undefined ? [] : [{ padataType: PaType.PAC_REQUEST, padataValue: PaPacRequest.encode({ includePac: terms.pac }) }]),
  ]
  const message = AsReq.encode({ padata: padata.length === 0 ? undefined : padata, reqBody: preserve(KdcReqBody, body) })
  return { message, client, server, body, at: env.clock.now() }
}

/** 31 bits: MIT and Heimdal encode nonces as signed, so the top bit stays clear. */
export function nonce(env: Pick<Env, 'random'>): number {
  const octets = env.random(4)
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0) & 0x7fffffff
}

function kdcOptionsOf(terms: AsTerms): number {
  let options = terms.kdcOptions
  if (terms.renewLife > 0) options = (options | KdcOptions.RENEWABLE) & ~KdcOptions.RENEWABLE_OK
  if (terms.startOffset > 0) options |= KdcOptions.ALLOW_POSTDATE | KdcOptions.POSTDATED
  return options >>> 0
}

/** Tickets end within what caches can say: 32 bits of seconds, to 2106. */
function later(time: number, seconds: number): number {
  return Math.min(Math.max(time + seconds, 1), 0xffffffff)
}
