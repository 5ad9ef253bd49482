import { startMitRealm } from '../../../helpers/mit-realm.ts'
import { SKEW } from '../entries.ts'
import { kadminLines } from './kadmin-words.ts'
import type { Kdc } from './kdc.ts'
import { OWN_LIMITS, onLoopback } from './on-loopback.ts'

export async function mitKdc(): Promise<Kdc> {
  const realm = await startMitRealm({ libdefaults: [`clockskew = ${SKEW}`], setup: kadminLines('MIT.TEST') })
  return onLoopback('mit', realm, OWN_LIMITS, new Map())
}
