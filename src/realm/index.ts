import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VERBS } from '../admin/language/index.ts'
import { encodeText } from '../core/bytes/text.ts'
import { loadClientConfig } from '../core/config/krb5-conf.ts'
import { TKREALM } from '../core/config/state-folder.ts'
import { resolveKeytab } from '../core/keytab/resolve.ts'
import { parsePrincipal } from '../core/principal/principal.ts'
import { Secret } from '../core/secret/secret.ts'
import { freePort } from '../platform/free-port.ts'
import { nodeEnv } from '../platform/node-env.ts'
import { realmEnvironment, realmFiles } from './layout.ts'
import { insideRealm, isPrepared, prepareRealm } from './prepare.ts'
import { serveRealm } from './serve.ts'
import { movableClock, type VirtualClock } from './virtual-clock.ts'

export type { VirtualClock } from './virtual-clock.ts'

export interface StartRealmOptions {
  /** Default TKREALM.TEST. */
  readonly realm?: string
  /** Where the realm is kept, between runs too; without it a temporary folder that `stop` removes. */
  readonly folder?: string
  /** Port of the KDC on 127.0.0.1; without it a free one. */
  readonly port?: number
  /** Users to make: name and password. */
  readonly users?: Readonly<Record<string, string>>
  /** Services to make (`host/web.example.com`), with a random key that goes into the realm's keytab. */
  readonly services?: readonly string[]
}

/** A Kerberos realm on loopback, for tests and development. */
export interface Realm extends AsyncDisposable {
  readonly realm: string
  readonly folder: string
  readonly port: number
  /**
   * What makes a Kerberos program, MIT's or ours, a member of the realm: KRB5_CONFIG, KRB5_KDC_PROFILE, KRB5CCNAME, KRB5_KTNAME, and
   * for our programs TKRB5_CLOCK.
   */
  readonly env: Readonly<Record<string, string>>
  /** File of the keytab in which `addService` puts its keys. */
  readonly keytab: string
  /** The realm's time: the system's until it is moved. Our programs follow it, MIT's keep the system's and learn the difference from the KDC. */
  readonly clock: VirtualClock
  addUser(name: string, password: string): Promise<void>
  addService(name: string): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts a realm in this process: a KDC on 127.0.0.1 that requires pre-authentication and has AES keys only.
 *
 *     await using realm = await startRealm({ users: { alice: 'secret' }, services: ['HTTP/localhost'] })
 *     spawnSync('kinit', ['alice'], { env: { ...process.env, ...realm.env }, input: 'secret\n' })
 */
export async function startRealm(options: StartRealmOptions = {}): Promise<Realm> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tkrealm-')))
  const files = realmFiles(folder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const clock = movableClock(files)
  const env = { ...nodeEnv(), clock }
  const remove = async () => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
  }
  try {
    if (!(await isPrepared(files, env))) {
      const port = options.port ?? (await freePort(length => env.random(length)))
      await prepareRealm({ realm: options.realm ?? TKREALM, port }, files, env)
    }
    const served = await serveRealm(files, env)
    const { admin } = served
    const inside = insideRealm(files, env)
    const add = async (name: string, keys: { from: 'random' } | { from: 'password'; password: Secret }) => {
      const principal = parsePrincipal(name, { defaultRealm: served.realm })
      await admin.call(VERBS.addPrincipal, { principal, change: {}, keySalts: [], keys })
      return principal
    }
    const realm: Realm = {
      realm: served.realm,
      folder,
      port: served.port,
      env: realmEnvironment(files, true),
      keytab: files.keytab,
      clock,
      async addUser(name, password) {
        using secret = new Secret(encodeText(password))
        await add(name, { from: 'password', password: secret })
      },
      async addService(name) {
        const principal = await add(name, { from: 'random' })
        const keys = await admin.call(VERBS.extractKeys, { principal })
        const keytab = await resolveKeytab(files.keytab, inside, await loadClientConfig(inside), 'server')
        const timestamp = env.clock.now().seconds
        await keytab.add(keys.map(({ kvno, key }) => ({ principal, kvno, key, timestamp })))
        for (const { key } of keys) key.value.wipe()
      },
      async stop() {
        await served.close()
        await remove()
      },
      [Symbol.asyncDispose]: () => realm.stop(),
    }
    for (const [name, password] of Object.entries(options.users ?? {})) await realm.addUser(name, password)
    for (const name of options.services ?? []) await realm.addService(name)
    return realm
  } catch (error) {
    await remove()
    throw error
  }
}
