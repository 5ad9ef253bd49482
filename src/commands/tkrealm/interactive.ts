import { VERBS } from '../../admin/language/index.ts'
import { openLocalAdmin } from '../../admin/local/local-admin.ts'
import { loadKdcConfig } from '../../core/config/kdc-conf.ts'
import { TKREALM } from '../../core/config/state-folder.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import { insideRealm } from '../../realm/prepare.ts'
import { askText, canAsk } from '../ask.ts'
import type { RealmOptions } from './flags.ts'
import type { NamedRealm } from './folder.ts'

export interface Wishes {
  readonly realm: string | undefined
  /** Makes the first user, once the realm is there. */
  readonly user?: (named: NamedRealm) => Promise<void>
}

/** `up --interactive`: asks a person what a first realm needs. */
export async function firstSteps(options: RealmOptions, env: Env): Promise<Wishes> {
  if (!canAsk()) throw new KrbError('KRB5_LIBOS_CANTREADPWD', {}, { text: '--interactive needs a terminal' })
  const realm = await askText('Name of the realm', options.realm ?? TKREALM)
  const name = await askText('First user (empty for none)', env.host.username())
  if (name === '') return { realm }
  const password = await env.prompter.secret(`Password for ${name}@${realm}: `)
  return { realm, user: named => addUser(named, name, password, env) }
}

async function addUser(
  { realm, files }: NamedRealm,
  name: string,
  password: Awaited<ReturnType<Env['prompter']['secret']>>,
  env: Env,
): Promise<void> {
  const config = await loadKdcConfig(insideRealm(files, env), realm)
  const admin = await openLocalAdmin({ config, caller: parsePrincipal('root/admin', { defaultRealm: realm }) }, env)
  try {
    using secret = password
    const principal = parsePrincipal(name, { defaultRealm: realm })
    await admin.call(VERBS.addPrincipal, { principal, change: {}, keySalts: [], keys: { from: 'password', password: secret } })
  } finally {
    await admin.close()
  }
}
