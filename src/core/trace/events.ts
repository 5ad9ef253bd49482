import type { Bytes } from '../bytes/bytes.ts'
import type { Principal } from '../principal/principal.ts'
import type { EtypeId } from '../registry/etype.ts'

/** A key as a trace may show it: its enctype and a short hash (`keyFingerprint`). */
export interface TracedKey {
  readonly etype: EtypeId
  readonly fingerprint: string
}

/** How an operation went: com_err number and text, number 0 for success. */
export interface TracedResult {
  readonly number: number
  readonly text: string
}

export interface TracedAddress {
  readonly transport: 'udp' | 'tcp' | 'https'
  readonly address: string
  readonly port: number
}

type NoData = Readonly<Record<never, never>>
type Pair = { readonly client: Principal; readonly server: Principal }

/** What each event carries. No event carries a key or a password. */
export interface TraceData {
  // Transport
  'sending-request': { readonly bytes: number; readonly realm: string; readonly primary: boolean; readonly tcpOnly: boolean }
  'resolving-host': { readonly host: string }
  'udp-sending': { readonly to: TracedAddress; readonly again: boolean }
  'udp-send-error': { readonly to: TracedAddress; readonly error: TracedResult }
  'udp-receive-error': { readonly from: TracedAddress; readonly error: TracedResult }
  'tcp-connecting': { readonly to: TracedAddress }
  'tcp-sending': { readonly to: TracedAddress }
  'tcp-connect-error': { readonly to: TracedAddress; readonly error: TracedResult }
  'tcp-receive-error': { readonly from: TracedAddress; readonly error: TracedResult }
  'tcp-closing': { readonly to: TracedAddress }
  'answer-received': { readonly bytes: number; readonly from: TracedAddress }
  'answered-by-primary': { readonly primary: boolean }
  'https-sending': { readonly to: TracedAddress }
  'https-connect-error': { readonly to: TracedAddress }
  'https-send-error': { readonly to: TracedAddress }
  'https-error': { readonly text: string }
  'tls-certificate-error': { readonly number: number; readonly text: string }
  'tls-name-mismatch': { readonly host: string }
  'tls-name-matched': { readonly host: string }
  'uri-query': { readonly domain: string }
  'uri-answer': { readonly priority: number; readonly weight: number; readonly target: string }
  'uri-none': NoData
  'srv-query': { readonly domain: string }
  'srv-answer': { readonly priority: number; readonly weight: number; readonly port: number; readonly host: string }
  'srv-none': NoData
  'txt-lookup': { readonly domain: string; readonly realm: string | undefined }
  'too-big-for-udp': NoData

  // Initial credentials
  'init-creds': { readonly client: Principal }
  'init-creds-service': { readonly service: string }
  'init-creds-primary': NoData
  'init-creds-referral': { readonly realm: string }
  'keytab-entry': {
    readonly principal: Principal
    readonly keytab: string
    readonly kvno: number
    readonly etype: EtypeId
    readonly result: TracedResult
  }
  'keytab-enctypes': { readonly client: Principal; readonly etypes: readonly EtypeId[] }
  'preauth-none': NoData
  'preauth-from-method-data': NoData
  'preauth-continuing': { readonly paType: number }
  'preauth-offered': { readonly paTypes: readonly number[] }
  'preauth-produced': { readonly paTypes: readonly number[] }
  'preauth-module': { readonly name: string; readonly paType: number; readonly real: boolean; readonly result: TracedResult }
  'etype-info': { readonly etype: EtypeId; readonly salt: Bytes; readonly params: Bytes }
  'salt-received': { readonly salt: Bytes; readonly paType: number }
  'salt-from-principal': { readonly salt: Bytes }
  'cookie-received': { readonly cookie: Bytes }
  'encrypted-timestamp-disabled': NoData
  'encrypted-timestamp-key': { readonly key: TracedKey }
  'encrypted-timestamp': { readonly seconds: number; readonly micros: number; readonly plain: Bytes; readonly encrypted: Bytes }
  'kdc-error': { readonly error: TracedResult }
  'getting-reply-key': { readonly salt: Bytes; readonly params: Bytes }
  'reply-key': { readonly key: TracedKey }
  'reply-key-from-preauth': { readonly key: TracedKey }
  'reply-key-from-preauth-failed': { readonly error: TracedResult }
  'as-reply-decrypted': { readonly key: TracedKey }
  'fast-negotiation': { readonly available: boolean }

  // Password change
  'password-expired': NoData
  'password-change-try': { readonly left: number }
  'password-changed': NoData
  'ap-req-made': Pair & { readonly seqNumber: number; readonly subkey: TracedKey; readonly sessionKey: TracedKey }
  'ap-rep-read': { readonly ctime: number; readonly cusec: number; readonly subkey: TracedKey | undefined; readonly seqNumber: number }

  // Credential caches
  'cache-initialized': { readonly cache: string; readonly client: Principal }
  'cache-stored': Pair & { readonly cache: string }
  'cache-store-failed': { readonly cache: string; readonly error: TracedResult }
  'cache-retrieved': Pair & { readonly cache: string; readonly result: TracedResult }
  'cache-retried': Pair & { readonly result: TracedResult }
  'cache-config-stored': { readonly cache: string; readonly server: Principal | undefined; readonly key: string; readonly value: Bytes }
  'cache-removed': Pair & { readonly cache: string }
  'cache-destroyed': { readonly cache: string }

  // Service tickets
  'service-creds': Pair & { readonly cache: string }
  'local-tgt': Pair
  'cached-service-tgt': Pair
  'cached-intermediate-tgt': Pair
  'fallback-host': { readonly host: string }
  'fallback-realm': { readonly realm: string }
  'referral-realm': { readonly server: Principal }
  'requesting-tgt': { readonly wanted: Principal; readonly using: Principal }
  'requesting-service': { readonly server: Principal; readonly referrals: boolean }
  'tgs-subkey': { readonly key: TracedKey }
  'tgs-etypes': { readonly etypes: readonly EtypeId[] }
  'tgs-reply': Pair & { readonly key: TracedKey }
  'tgs-reply-session-key': { readonly key: TracedKey }
  'tgs-server-differs': { readonly requested: Principal; readonly received: Principal }
  'tgs-result': { readonly result: TracedResult }
  'service-realm-tgt': { readonly server: Principal }
  'next-realm': { readonly realm: string }
  'closer-realm': { readonly realm: string }
  'off-path-realm': { readonly realm: string }
  'following-referral': { readonly server: Principal }
  'referral-to-same-realm': { readonly realm: string }
  'referral-is-no-tgt': { readonly server: Principal }
  'service-creds-received': { readonly server: Principal }
  'via-ticket': { readonly server: Principal; readonly using: Principal; readonly canonicalize: boolean }
  'via-ticket-result': { readonly result: TracedResult }
}

/** Every event that a trace can show, one variant each; `format.ts` puts them into MIT's words. */
export type TraceEvent = { readonly [K in keyof TraceData]: { readonly event: K } & TraceData[K] }[keyof TraceData]
