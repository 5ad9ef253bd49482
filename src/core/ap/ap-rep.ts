import { ApRep, type Authenticator, EncApRepPart } from '../asn1/messages/ap.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { openData, sealData } from '../crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../crypto/etype.ts'
import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { KeyUsage } from '../registry/key-usage.ts'

/** The acceptor's AP-REP (RFC 4120 §5.5.2) in DER: proof that it could read the authenticator. */
export function makeApRep(
  authenticator: Pick<Authenticator, 'ctime' | 'cusec'>,
  sessionKey: Key | PreparedKey,
  parts: { readonly subkey?: Key; readonly seqNumber?: number },
  env: Pick<Env, 'random'>,
): Bytes {
  const plain = EncApRepPart.encode({
    ctime: authenticator.ctime,
    cusec: authenticator.cusec,
    subkey: parts.subkey && { keytype: parts.subkey.etype, keyvalue: parts.subkey.value },
    seqNumber: parts.seqNumber,
  })
  return ApRep.encode({ encPart: sealData(sessionKey, KeyUsage.AP_REP_ENCPART, plain, n => env.random(n)) })
}

/** Throws `KRB5_MUTUAL_FAILED` when the times are not those of our authenticator, and what opening and decoding throw. */
export function openApRep(message: Bytes, sessionKey: Key | PreparedKey, sent: Pick<Authenticator, 'ctime' | 'cusec'>): EncApRepPart {
  const part = EncApRepPart.decode(openData(sessionKey, KeyUsage.AP_REP_ENCPART, ApRep.decode(message).encPart))
  if (part.ctime !== sent.ctime || part.cusec !== sent.cusec) throw new KrbError('KRB5_MUTUAL_FAILED')
  return part
}
