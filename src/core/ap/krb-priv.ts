import { EncKrbPrivPart, KrbPriv } from '../asn1/messages/krb-safe-priv.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { openData, sealData } from '../crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../crypto/etype.ts'
import type { Env } from '../env.ts'
import { KeyUsage } from '../registry/key-usage.ts'
import { bodyOf, checkBody, type Expected, type MessageTerms } from './message-body.ts'

/** A KRB-PRIV (RFC 4120 §5.7.1) in DER. */
export function makeKrbPriv(userData: Bytes, key: Key | PreparedKey, terms: MessageTerms, env: Pick<Env, 'random'>): Bytes {
  const plain = EncKrbPrivPart.encode(bodyOf(userData, terms))
  try {
    return KrbPriv.encode({ encPart: sealData(key, KeyUsage.KRB_PRIV_ENCPART, plain, n => env.random(n)) })
  } finally {
    plain.fill(0)
  }
}

/**
 * The user data of a KRB-PRIV, in a buffer that the caller owns (RFC 4120 §3.5.2). Throws what opening and decoding throw
 * (`KRB5KRB_AP_ERR_BAD_INTEGRITY` for another key) and what `checkBody` throws.
 */
export function openKrbPriv(message: Bytes, key: Key | PreparedKey, expected: Expected): Bytes {
  const plain = openData(key, KeyUsage.KRB_PRIV_ENCPART, KrbPriv.decode(message).encPart)
  try {
    const body = EncKrbPrivPart.decode(plain)
    checkBody(body, expected)
    return body.userData.slice()
  } finally {
    plain.fill(0)
  }
}
