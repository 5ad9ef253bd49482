import { PaEncTimestamp, PaEncTsEnc } from '../../core/asn1/messages/pa-data.ts'
import { sealData } from '../../core/crypto/encrypted-data.ts'
import { keyFingerprint } from '../../core/crypto/key-fingerprint.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import type { ClientPreauth } from './preauth.ts'

/** PA-ENC-TIMESTAMP (RFC 4120 §5.2.7.2): the time under the client's long-term key. */
export const encryptedTimestamp: ClientPreauth = {
  name: 'encrypted_timestamp',
  paTypes: [PaType.ENC_TIMESTAMP],
  final: true,
  async respond(_hint, { terms, key, now, encryptedTimestampDisabled, env }) {
    if (encryptedTimestampDisabled) {
      env.trace({ event: 'encrypted-timestamp-disabled' })
      return { decline: new KrbError('KRB5_PREAUTH_FAILED', {}, { text: 'Encrypted timestamp is disabled' }) }
    }
    if (key === undefined) return { need: { kind: 'key', terms } }
    env.trace({ event: 'encrypted-timestamp-key', key: { etype: key.etype, fingerprint: keyFingerprint(key) } })
    const plain = PaEncTsEnc.encode({ patimestamp: now.seconds, pausec: now.micros })
    const sealed = sealData(key, KeyUsage.AS_REQ_PA_ENC_TS, plain, n => env.random(n))
    env.trace({ event: 'encrypted-timestamp', seconds: now.seconds, micros: now.micros, plain, encrypted: sealed.cipher })
    return { use: [{ padataType: PaType.ENC_TIMESTAMP, padataValue: PaEncTimestamp.encode(sealed) }] }
  },
}
