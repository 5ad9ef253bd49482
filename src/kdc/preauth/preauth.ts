import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import type { Key } from '../../core/crypto/etype.ts'
import type { Instant } from '../../core/env.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import type { PaTypeId } from '../../core/registry/pa-type.ts'
import type { FoundKey, KeyRing } from '../keys.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import type { PrincipalEntry } from '../store/entry.ts'

/** What a mechanism may look at. Expiry, lockout and policy have been checked before. */
export interface PreauthContext {
  readonly client: PrincipalEntry
  readonly body: KdcReqBody
  /** The key that the reply would be encrypted in; undefined when the client has none of the enctypes it asked for. */
  readonly clientKey: FoundKey | undefined
  readonly keys: KeyRing
  readonly realm: RealmPolicy
  readonly now: Instant
}

/** One pre-authentication mechanism of the KDC: one file, one line in `index.ts`. */
export interface KdcPreauth {
  /** As in the log: `encrypted_timestamp`. */
  readonly name: string
  readonly paType: PaTypeId
  /** undefined: not offered to this client. */
  hint(context: PreauthContext): PaData | undefined
  verify(padata: PaData, context: PreauthContext): PreauthOutcome | Promise<PreauthOutcome>
}

type PreauthOutcome =
  | { readonly ok: true; readonly flags: number; readonly replyKey?: Key; readonly reply?: PaData }
  | { readonly ok: false; readonly error: KrbError }
