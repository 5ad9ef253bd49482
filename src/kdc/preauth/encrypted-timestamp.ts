import { checkAuthenticatorTime } from '../../core/ap/open-ap-req.ts'
import type { EncryptedData } from '../../core/asn1/messages/encrypted-data.ts'
import { PaEncTimestamp, PaEncTsEnc } from '../../core/asn1/messages/pa-data.ts'
import { type Bytes, EMPTY } from '../../core/bytes/bytes.ts'
import { openData } from '../../core/crypto/encrypted-data.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { currentKeys } from '../keys.ts'
import type { KdcPreauth, PreauthContext } from './preauth.ts'

/** PA-ENC-TIMESTAMP, RFC 4120 §5.2.7.2: the time, under any current key of the client's. */
export const encryptedTimestamp: KdcPreauth = {
  name: 'encrypted_timestamp',
  paType: PaType.ENC_TIMESTAMP,
  hint: ({ clientKey }) => (clientKey === undefined ? undefined : { padataType: PaType.ENC_TIMESTAMP, padataValue: EMPTY }),
  verify(padata, context) {
    try {
      const { patimestamp } = PaEncTsEnc.decode(openWithAny(PaEncTimestamp.decode(padata.padataValue), context))
      checkAuthenticatorTime(patimestamp, context.now, context.realm.clockskew)
      return { ok: true, flags: TicketFlags.PRE_AUTHENT }
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      return { ok: false, error }
    }
  },
}

function openWithAny(sealed: EncryptedData, { client, keys, realm }: PreauthContext): Bytes {
  for (const found of currentKeys(client, realm.permittedEtypes)) {
    if (found.data.etype !== sealed.etype) continue
    try {
      return openData(keys.ready(found), KeyUsage.AS_REQ_PA_ENC_TS, sealed)
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
    }
  }
  // No key of that enctype, or none that opens it: for the log both are a wrong password.
  throw new KrbError('KRB5KDC_ERR_PREAUTH_FAILED')
}
