import { mkdirSync } from 'node:fs'
import { createDatabase } from '../admin/local/create-database.ts'
import { toHex } from '../core/bytes/bytes.ts'
import { encodeText } from '../core/bytes/text.ts'
import { type KdcConfig, loadKdcConfig } from '../core/config/kdc-conf.ts'
import type { Env } from '../core/env.ts'
import { unparsePrincipal } from '../core/principal/principal.ts'
import { NameType } from '../core/registry/name-type.ts'
import { Secret } from '../core/secret/secret.ts'
import { masterPrincipal } from '../kdc/store/master-key.ts'
import { writeStash } from '../kdc/store/stash.ts'
import { freePort } from '../platform/free-port.ts'
import { kdcConfText, krb5ConfText, neighboursText, type RealmFiles, type RealmSettings, realmEnvironment } from './layout.ts'

export interface RealmWishes {
  readonly realm: string
  /** Of the KDC; undefined: where it was, else a free one. */
  readonly port: number | undefined
  /** kadmind and the password server too. */
  readonly administration: boolean
}

/** Makes the realm where there is none, and writes its configuration anew where it does not say what is wished. Ports stay as they were otherwise. */
export async function prepareRealm(wishes: RealmWishes, files: RealmFiles, env: Env): Promise<void> {
  if (!(await isPrepared(files, env))) return makeRealm(await settingsFor(wishes, env), files, env)
  const config = await loadKdcConfig(insideRealm(files, env))
  const port = config.kdcListen[0]?.port
  const moved = wishes.port !== undefined && wishes.port !== port
  if (!moved && wishes.administration === servesAdministration(config)) return
  await writeConfiguration(await settingsFor({ ...wishes, realm: config.realm, port: wishes.port ?? port }, env), files, env)
}

/** Other ports than those that it had, but for the wished one. */
export async function moveRealm(wishes: RealmWishes, files: RealmFiles, env: Env): Promise<void> {
  await writeConfiguration(await settingsFor(wishes, env), files, env)
}

/** Whether the folder holds a realm already. Its stash file is written last, so a half-made one is made again. */
export async function isPrepared(files: RealmFiles, env: Env): Promise<boolean> {
  return (await env.files.stat(files.stash)) !== undefined
}

/** Whether its configuration tells kadmind where to listen. */
export function servesAdministration(config: KdcConfig): boolean {
  return config.kadmindListen !== undefined
}

/** The same world, with the realm's files as its configuration. */
export function insideRealm(files: RealmFiles, env: Env): Env {
  return { ...env, vars: { ...env.vars, ...realmEnvironment(files, false) } }
}

/** Configuration, database with a random master key that only the stash file holds, ACL. */
async function makeRealm(settings: RealmSettings, files: RealmFiles, env: Env): Promise<void> {
  mkdirSync(files.folder, { recursive: true, mode: 0o700 })
  await writeConfiguration(settings, files, env)
  await env.files.replace(files.acl, encodeText(`*/admin@${settings.realm} *e\n`), PRIVATE)
  const config = await loadKdcConfig(insideRealm(files, env), settings.realm)
  using masterPassword = new Secret(encodeText(toHex(env.random(MASTER_PASSWORD_BYTES))))
  const master = await createDatabase({ config, masterPassword }, env)
  const keys = [{ kvno: master.kvno, key: master.key }]
  await writeStash(files.stash, masterPrincipal(config.realm, config.masterKeyName), keys, env.clock.now().seconds, env.files)
}

async function settingsFor({ realm, port, administration }: RealmWishes, env: Env): Promise<RealmSettings> {
  const [kdc, kadmin, kpasswd] = await freePorts(port, administration ? 3 : 1, env)
  if (kadmin === undefined || kpasswd === undefined) return { realm, port: kdc! }
  return { realm, port: kdc!, administration: { kadmin, kpasswd, administrator: administratorOf(realm, env) } }
}

/** `count` ports, all different, the first of them given or not. */
async function freePorts(first: number | undefined, count: number, env: Env): Promise<readonly number[]> {
  const ports = new Set(first === undefined ? [] : [first])
  while (ports.size < count) ports.add(await freePort(length => env.random(length)))
  return [...ports]
}

/** USER/admin, for whom kadm5.acl has every right. */
function administratorOf(realm: string, { host }: Env): string {
  return unparsePrincipal({ type: NameType.PRINCIPAL, realm, components: [host.username() ?? 'root', 'admin'] })
}

async function writeConfiguration(settings: RealmSettings, files: RealmFiles, env: Env): Promise<void> {
  if ((await env.files.stat(files.neighbours)) === undefined)
    await env.files.replace(files.neighbours, encodeText(neighboursText([])), PRIVATE)
  await env.files.replace(files.krb5Conf, encodeText(krb5ConfText(settings, files)), PRIVATE)
  await env.files.replace(files.kdcConf, encodeText(kdcConfText(settings, files)), PRIVATE)
}

const PRIVATE = { mode: 0o600 }
const MASTER_PASSWORD_BYTES = 32
