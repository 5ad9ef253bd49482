import type { AdminApi } from '../admin/api.ts'
import { VERBS } from '../admin/language/index.ts'
import type { KdcConfig } from '../core/config/kdc-conf.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { resolveKeytab } from '../core/keytab/resolve.ts'
import { type Principal, parsePrincipal } from '../core/principal/principal.ts'
import type { RealmFiles } from './layout.ts'

/**
 * The principal that administers the realm without a prompt, and its keytab, which nobody else can read; made where they are not there. Which one it is
 * stands in the realm's krb5.conf.
 */
export async function makeAdministrator(config: KdcConfig, admin: AdminApi, files: RealmFiles, env: Env): Promise<void> {
  const name = config.client.appdefault('tkadmin', config.realm, 'principal')
  if (name === undefined || (await env.files.stat(files.adminKeytab)) !== undefined) return
  const principal = parsePrincipal(name, { defaultRealm: config.realm })
  await addUnlessThere(principal, admin)
  await keepKeys(principal, `FILE:${files.adminKeytab}`, config, admin, env)
}

/** Appends a principal's present keys to a keytab. */
export async function keepKeys(
  principal: Principal,
  keytab: string,
  config: Pick<KdcConfig, 'client'>,
  admin: AdminApi,
  env: Env,
): Promise<void> {
  const keys = await admin.call(VERBS.extractKeys, { principal })
  const kept = await resolveKeytab(keytab, env, config.client, 'server')
  const timestamp = env.clock.now().seconds
  await kept.add(keys.map(({ kvno, key }) => ({ principal, kvno, key, timestamp })))
  for (const { key } of keys) key.value.wipe()
}

async function addUnlessThere(principal: Principal, admin: AdminApi): Promise<void> {
  try {
    await admin.call(VERBS.addPrincipal, { principal, change: {}, keySalts: [], keys: { from: 'random' } })
  } catch (error) {
    if (!(error instanceof KrbError) || error.code !== 'KADM5_DUP') throw error
  }
}
