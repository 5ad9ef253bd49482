import { KrbError } from '../../../core/errors/krb-error.ts'
import { isProved, reportJson, reportText } from '../../trust/explain.ts'
import { step, type Talk } from '../talk.ts'
import { otherSide } from './other-side.ts'
import { proof } from './proof.ts'
import { oneWay } from './words.ts'

/** A trust that does not work, or could not be shown to, is a failed request. */
export async function verifyTrustWith(realm: string, talk: Talk): Promise<object> {
  const expected = oneWay(talk.own)
  const report = await step('trust', `while verifying the trust with ${realm}`, async () => {
    const other = await otherSide(realm, talk)
    try {
      return await proof(realm, { expected, other }, talk)
    } finally {
      await other?.close()
    }
  })
  talk.print(reportText(report))
  if (!isProved(report)) {
    const text = `The trust with ${realm} is not proved`
    talk.fail(`trust: ${text}\n`, new KrbError('KRB5KRB_ERR_GENERIC', { realm }, { text }))
  }
  return reportJson(report)
}
