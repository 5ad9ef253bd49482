import { EncKrbCredPart, KrbCred } from '../asn1/messages/krb-cred.ts'
import type { Bytes } from '../bytes/bytes.ts'
import type { Credential } from '../ccache/credential.ts'
import { credentialsIn } from '../ccache/kirbi.ts'
import { openData } from '../crypto/encrypted-data.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { KrbError } from '../errors/krb-error.ts'
import { KeyUsage } from '../registry/key-usage.ts'

/**
 * The credentials in the KRB-CRED of a delegating initiator (RFC 4121 §4.1.1). It is under the session key, or under the initiator's
 * subkey as others have it. Throws what opening and decoding throw.
 */
export function openDelegated(message: Bytes, keys: readonly PreparedKey[]): readonly Credential[] {
  const { tickets, encPart } = KrbCred.decode(message)
  let failure: unknown
  for (const key of keys) {
    try {
      return credentialsIn(tickets, EncKrbCredPart.decode(openData(key, KeyUsage.KRB_CRED_ENCPART, encPart)))
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      failure = error
    }
  }
  throw failure
}
