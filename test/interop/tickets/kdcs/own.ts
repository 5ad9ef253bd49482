import { join } from 'node:path'
import { ours, startOwnRealm } from '../../../helpers/own-realm.ts'
import { runAsync } from '../../../helpers/process.ts'
import { SKEW } from '../entries.ts'
import { kadminLines } from './kadmin-words.ts'
import type { Kdc } from './kdc.ts'
import { OWN_LIMITS, onLoopback } from './on-loopback.ts'

/** All entries by one run of tkadmin.local, which reads its requests from a pipe. */
export async function ownKdc(): Promise<Kdc> {
  const realm = await startOwnRealm({ libdefaults: [`clockskew = ${SKEW}`] })
  const env = { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') }
  const input = `${kadminLines(realm.realm).join('\n')}\n`
  const done = await runAsync(ours('tkadmin.local'), ['-r', realm.realm], { env, input })
  if (done.code !== 0 || done.stderr !== '') throw new Error(`tkadmin.local: status ${done.code}\n${done.stdout}${done.stderr}`)
  return onLoopback('own', realm, OWN_LIMITS, new Map())
}
