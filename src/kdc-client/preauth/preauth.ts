import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Key } from '../../core/crypto/etype.ts'
import type { Env, Instant } from '../../core/env.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { PaTypeId } from '../../core/registry/pa-type.ts'

/** Which of a client's keys is needed. */
export interface KeyTerms {
  readonly etype: EtypeId
  /** Octets of the salt; undefined for the principal's own (RFC 4120 §4). */
  readonly salt: Bytes | undefined
  readonly s2kparams: Bytes | undefined
  /** Of a reply that names it; keys from a keytab only. */
  readonly kvno?: number | undefined
}

/** What a mechanism needs from outside before it can answer. */
export type Question = { readonly kind: 'key'; readonly terms: KeyTerms }

export interface ClientPreauthContext {
  readonly terms: KeyTerms
  /** The key for `terms`, once it was asked for. */
  readonly key: Key | undefined
  /** The KDC's clock as far as it is known. */
  readonly now: Instant
  /** `disable_encrypted_timestamp` of the realm, or of one that referred us to it (threat T6). */
  readonly encryptedTimestampDisabled: boolean
  readonly env: Pick<Env, 'random' | 'trace'>
}

type PreauthAnswer = { readonly use: readonly PaData[] } | { readonly need: Question } | { readonly decline: KrbError }

/** One pre-authentication mechanism: one file here, one line in `index.ts`. */
export interface ClientPreauth {
  /** As MIT's module calls itself; traces show it. */
  readonly name: string
  readonly paTypes: readonly PaTypeId[]
  /** Once it has answered, no other mechanism is tried for this log-in: the password was already shown to be right or wrong. */
  readonly final: boolean
  respond(hint: PaData, context: ClientPreauthContext): Promise<PreauthAnswer>
}
