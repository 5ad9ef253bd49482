import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerRealm, RealmOptions } from './mit-realm.ts'
import { ours, startOwnRealm } from './own-realm.ts'
import { accepts, type Daemon, freePort, startDaemon } from './process.ts'

export interface OwnAdminRealm extends PeerRealm {
  readonly kadmind: Daemon
  readonly adminPort: number
  readonly adminLog: string
  /** With KRB5_KDC_PROFILE, for another server of the realm. */
  readonly serverEnv: Readonly<Record<string, string>>
}

/** Our tkrb5kdc and our tkadmind, with these lines of kadm5.acl. */
export async function startOwnAdminRealm(acl: readonly string[], options: RealmOptions = {}): Promise<OwnAdminRealm> {
  const realm = await startOwnRealm(options)
  const path = (name: string) => join(realm.folder, name)
  const [adminPort, passwordPort] = [await freePort(), await freePort()]
  writeFileSync(path('kadm5.acl'), acl.map(line => `${line}\n`).join(''))
  // Sections of one name are one section.
  const more = (...lines: string[]) => `[realms]\n ${realm.realm} = {\n${lines.map(line => `  ${line}\n`).join('')} }\n`
  appendFileSync(path('krb5.conf'), more(`admin_server = 127.0.0.1:${adminPort}`, `kpasswd_server = 127.0.0.1:${passwordPort}`))
  appendFileSync(
    path('kdc.conf'),
    more(`acl_file = ${path('kadm5.acl')}`, `kadmind_listen = 127.0.0.1`, `kpasswd_listen = 127.0.0.1:${passwordPort}`) +
      `[logging]\n admin_server = FILE:${path('kadmind.log')}\n`,
  )
  const serverEnv = { ...realm.env, KRB5_KDC_PROFILE: path('kdc.conf') }
  try {
    const kadmind = await startDaemon(ours('tkadmind'), ['-nofork', '-r', realm.realm], { env: serverEnv, ready: () => accepts(adminPort) })
    const stop = async () => {
      await kadmind.stop()
      await realm.stop()
    }
    return { ...realm, kadmind, adminPort, adminLog: path('kadmind.log'), serverEnv, stop }
  } catch (error) {
    await realm.stop()
    throw error
  }
}
