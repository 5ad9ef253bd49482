import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VERBS } from '../admin/language/index.ts'
import { encodeText } from '../core/bytes/text.ts'
import { loadClientConfig } from '../core/config/krb5-conf.ts'
import { TKREALM } from '../core/config/state-folder.ts'
import { parsePrincipal } from '../core/principal/principal.ts'
import { Secret } from '../core/secret/secret.ts'
import { nodeEnv } from '../platform/node-env.ts'
import { keepKeys } from './administrator.ts'
import { realmEnvironment, realmFiles } from './layout.ts'
import { insideRealm, isPrepared, prepareRealm } from './prepare.ts'
import { serveNewRealm, serveRealm } from './serve.ts'
import { movableClock, type VirtualClock } from './virtual-clock.ts'

export type { VirtualClock } from './virtual-clock.ts'

export interface StartRealmOptions {
  /** Default TKREALM.TEST. */
  readonly realm?: string
  /** Where the realm is kept, between runs too; without it a temporary folder that `stop` removes. */
  readonly folder?: string
  /** Port of the KDC on 127.0.0.1; without it a free one. The other servers take free ones. */
  readonly port?: number
  /** Users to make: name and password. */
  readonly users?: Readonly<Record<string, string>>
  /** Services to make (`host/web.example.com`), with a random key that goes into the realm's keytab. */
  readonly services?: readonly string[]
  /** false: a KDC alone, without kadmind and password server. */
  readonly administration?: boolean
}

/** A Kerberos realm on loopback, for tests and development. */
export interface Realm extends AsyncDisposable {
  readonly realm: string
  readonly folder: string
  /** Of the KDC. */
  readonly port: number
  /** undefined without administration. */
  readonly kadminPort: number | undefined
  readonly kpasswdPort: number | undefined
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
 * Starts a realm in this process: a KDC on 127.0.0.1 that requires pre-authentication and has AES keys only, with kadmind and a password server.
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
    const wishes = { realm: options.realm ?? TKREALM, port: options.port, administration: options.administration ?? true }
    const fresh = !(await isPrepared(files, env))
    await prepareRealm(wishes, files, env)
    const served = fresh ? await serveNewRealm(wishes, files, env) : await serveRealm(files, env)
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
      kadminPort: served.kadmin,
      kpasswdPort: served.kpasswd,
      env: realmEnvironment(files, true),
      keytab: files.keytab,
      clock,
      async addUser(name, password) {
        using secret = new Secret(encodeText(password))
        await add(name, { from: 'password', password: secret })
      },
      async addService(name) {
        const principal = await add(name, { from: 'random' })
        await keepKeys(principal, files.keytab, { client: await loadClientConfig(inside) }, admin, inside)
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
