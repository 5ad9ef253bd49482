import { mkdirSync } from 'node:fs'
import { createDatabase } from '../admin/local/create-database.ts'
import { toHex } from '../core/bytes/bytes.ts'
import { encodeText } from '../core/bytes/text.ts'
import { loadKdcConfig } from '../core/config/kdc-conf.ts'
import type { Env } from '../core/env.ts'
import { Secret } from '../core/secret/secret.ts'
import { masterPrincipal } from '../kdc/store/master-key.ts'
import { writeStash } from '../kdc/store/stash.ts'
import { kdcConfText, krb5ConfText, type RealmFiles, type RealmSettings, realmEnvironment } from './layout.ts'

/** Whether the folder holds a realm already. Its kdc.conf is written last but the database, so a half-made one is made again. */
export async function isPrepared(files: RealmFiles, env: Env): Promise<boolean> {
  return (await env.files.stat(files.stash)) !== undefined
}

/** A new realm in its folder: configuration, database with a random master key that only the stash file holds, ACL. */
export async function prepareRealm(settings: RealmSettings, files: RealmFiles, env: Env): Promise<void> {
  mkdirSync(files.folder, { recursive: true, mode: 0o700 })
  await writeConfiguration(settings, files, env)
  await env.files.replace(files.acl, encodeText(`*/admin@${settings.realm} *\n`), PRIVATE)
  const config = await loadKdcConfig(insideRealm(files, env), settings.realm)
  using masterPassword = new Secret(encodeText(toHex(env.random(MASTER_PASSWORD_BYTES))))
  const master = await createDatabase({ config, masterPassword }, env)
  const keys = [{ kvno: master.kvno, key: master.key }]
  await writeStash(files.stash, masterPrincipal(config.realm, config.masterKeyName), keys, env.clock.now().seconds, env.files)
}

export async function writeConfiguration(settings: RealmSettings, files: RealmFiles, env: Env): Promise<void> {
  await env.files.replace(files.krb5Conf, encodeText(krb5ConfText(settings, files)), PRIVATE)
  await env.files.replace(files.kdcConf, encodeText(kdcConfText(settings, files)), PRIVATE)
}

/** The same world, with the realm's files as its configuration. */
export function insideRealm(files: RealmFiles, env: Env): Env {
  return { ...env, vars: { ...env.vars, ...realmEnvironment(files, false) } }
}

const PRIVATE = { mode: 0o600 }
const MASTER_PASSWORD_BYTES = 32
