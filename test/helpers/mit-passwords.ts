import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerRealm, type RealmOptions, startMitRealm } from './mit-realm.ts'
import { accepts, freePort, startDaemon } from './process.ts'

/** MIT's krb5kdc and kadmind: a realm whose passwords can be changed (RFC 3244), with `acl` as the lines of kadm5.acl. */
export async function startMitPasswordRealm(options: RealmOptions & { readonly acl?: readonly string[] } = {}): Promise<PeerRealm> {
  const [admin, kpasswd] = [await freePort(), await freePort()]
  const kdcRealm = [...(options.kdcRealm ?? []), `kadmind_listen = 127.0.0.1:${admin}`, `kpasswd_listen = 127.0.0.1:${kpasswd}`]
  // Given the lines of kadm5.acl, `startMitRealm` would start a kadmind of its own.
  const { acl = [], ...others } = options
  const realm = await startMitRealm({ ...others, kdcRealm })
  const file = (name: string) => join(realm.folder, name)
  addRealmRelations(realm, [`admin_server = 127.0.0.1:${admin}`, `kpasswd_server = 127.0.0.1:${kpasswd}`])
  writeFileSync(file('kadm5.acl'), acl.map(line => `${line}\n`).join(''))
  const kadmind = await startDaemon('kadmind', ['-nofork', '-r', realm.realm], {
    env: { ...realm.env, KRB5_KDC_PROFILE: file('kdc.conf') },
    ready: () => accepts(kpasswd),
  })
  const stop = async () => {
    await kadmind.stop()
    await realm.stop()
  }
  return { ...realm, daemons: [...realm.daemons, kadmind], stop }
}

/** Adds relations to the realm's stanza in its clients' krb5.conf. */
export function addRealmRelations({ env, realm }: Pick<PeerRealm, 'env' | 'realm'>, relations: readonly string[]): void {
  const path = env.KRB5_CONFIG!
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(` ${realm} = {\n`, stanza => stanza + relations.map(line => `  ${line}\n`).join('')),
  )
}
