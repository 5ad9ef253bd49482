import type { Bytes } from './bytes/bytes.ts'
import type { KrbError } from './errors/krb-error.ts'

/** The way to the KDCs of a realm. `platform/channel.ts` has the one over UDP and TCP, tests have recorded ones. */
export interface Channel {
  /**
   * Sends one message to a KDC of `realm` and returns the first usable answer, as received. Throws `KRB5_REALM_UNKNOWN` when no
   * KDC is known for the realm, `KRB5_KDC_UNREACH` when none answers.
   */
  exchange(realm: string, message: Bytes, options?: ExchangeOptions): Promise<Bytes>
  /** Addresses of this machine that a KDC may see, 4 or 16 octets each: extra_addresses, and all but loopback and link-local ones. */
  localAddresses(): Promise<readonly Bytes[]>
  /** Whether a KDC of the realm can be found, by configuration or DNS. */
  knowsRealm?(realm: string): Promise<boolean>
  /** The realm that TXT records give to a host or one of its domains, where dns_lookup_realm allows to ask. */
  realmOfHost?(host: string): Promise<string | undefined>
}

/** The way to the password servers of a realm (RFC 3244). */
export interface PasswordChannel {
  /**
   * Sends what `messageFrom` makes for this machine's address (4 or 16 octets) on a connection, once per connection, and returns the
   * first answer: over TCP, and over UDP only when no server answers there, since a repeated datagram looks like a replay. Throws as
   * `Channel.exchange`.
   */
  exchange(realm: string, messageFrom: (local: Bytes) => Bytes): Promise<Bytes>
}

/** The way to the administration servers of a realm (kadmind). */
export interface AdminChannel {
  /** Hosts of the servers, in the order to try them. Throws `KADM5_MISSING_KRB5_CONF_PARAMS` when none is known. */
  hosts(realm: string): Promise<readonly string[]>
  /** The first server that takes a connection. Throws as `hosts`, `KADM5_CANT_RESOLVE` and `KADM5_RPC_ERROR`. */
  connect(realm: string): Promise<OctetStream>
}

/** A connection that stays open. One that nobody waits on does not keep the process alive. */
export interface OctetStream {
  /** Address and port of the other side, for people. */
  readonly peer: string
  /** Octets go out in the order of the calls. */
  send(octets: Bytes): void
  /** What has come since, at least one octet; one caller at a time. Throws `ECONNRESET`, `ETIMEDOUT` and other errno codes. */
  receive(): Promise<Bytes>
  close(): void
}

export interface ExchangeOptions {
  /** After KRB_ERR_RESPONSE_TOO_BIG. */
  readonly tcpOnly?: boolean
  /** Only the KDCs that know new passwords first. */
  readonly primary?: boolean
  /** Told who gave the answer. */
  readonly answeredBy?: (answerer: Answerer) => void
  /** Looks at each answer: an error sends the exchange on to the next KDC, and is thrown when no other KDC answers. */
  readonly judge?: (answer: Bytes) => KrbError | undefined
}

/** The KDC that an answer came from. */
export interface Answerer {
  /** Address, port and transport, for people. */
  readonly address: string
  /** Whether it is one of the KDCs that know new passwords first; may ask DNS. */
  isPrimary(): Promise<boolean>
}
