import { dirname, join } from 'node:path'
import type { AdminApi } from '../../../admin/api.ts'
import { QueryError } from '../../../admin/query/query-error.ts'
import { during, KrbError } from '../../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../../core/principal/principal.ts'
import type { Talk } from '../talk.ts'

/** The other realm's database, when `--other` or `--other-admin` gives a way to it. The caller closes it. */
export async function otherSide(realm: string, talk: Talk): Promise<AdminApi | undefined> {
  const [path, administrator] = [talk.own.get('other'), talk.own.get('other-admin')]
  if (path !== undefined && administrator !== undefined) throw new QueryError('trust: --other and --other-admin exclude each other\n')
  if (path !== undefined) return during(`opening the database of realm ${realm}`, () => openOtherDatabase(path, realm, talk))
  if (administrator !== undefined) return during(`logging in at the kadmind of ${realm}`, () => openOtherServer(administrator, realm, talk))
  return undefined
}

/** The folder may hold a krb5.conf as well, as a realm of tkrealm does. */
async function openOtherDatabase(path: string, realm: string, { env }: Talk): Promise<AdminApi> {
  const found = await env.files.stat(path)
  if (found === undefined) throw new KrbError('ENOENT', { path })
  const kdcConf = found.kind === 'folder' ? join(path, 'kdc.conf') : path
  const krb5Conf = join(dirname(kdcConf), 'krb5.conf')
  const beside = (await env.files.stat(krb5Conf)) === undefined ? {} : { KRB5_CONFIG: krb5Conf }
  const there = { ...env, vars: { ...env.vars, KRB5_KDC_PROFILE: kdcConf, ...beside } }
  const [{ openLocalAdmin }, { loadKdcConfig }] = await Promise.all([
    import('../../../admin/local/local-admin.ts'),
    import('../../../core/config/kdc-conf.ts'),
  ])
  const caller = parsePrincipal('root/admin', { defaultRealm: realm })
  return openLocalAdmin({ config: await loadKdcConfig(there, realm), caller }, there)
}

/** The password is asked for. */
async function openOtherServer(administrator: string, realm: string, { env, config }: Talk): Promise<AdminApi> {
  const [{ openRemoteAdmin }, { adminChannel }, { realmChannel }, { passwordChannel }, { systemHosts }] = await Promise.all([
    import('../../../admin/client/remote-admin.ts'),
    import('../../../platform/admin-channel.ts'),
    import('../../../platform/channel.ts'),
    import('../../../platform/password-channel.ts'),
    import('../../../platform/host-name.ts'),
  ])
  const context = {
    env,
    config,
    channel: realmChannel(config, env),
    passwords: passwordChannel(config, env),
    servers: adminChannel(config, env),
    hosts: systemHosts(),
  }
  const client = parsePrincipal(administrator, { defaultRealm: realm })
  return openRemoteAdmin({ realm, client, logIn: { by: 'password' } }, context)
}
