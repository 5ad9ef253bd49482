import { stateFolder, TKREALM } from '../../core/config/state-folder.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type RealmFiles, realmFiles } from '../../realm/layout.ts'

export interface NamedRealm {
  readonly realm: string
  readonly files: RealmFiles
}

/** Where the realm of that name is kept, made or not. Throws without a home, and for a name that is no folder's name. */
export function namedRealm(name: string | undefined, env: Env): NamedRealm {
  const realm = name ?? TKREALM
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(realm)) {
    const text = `The realm's name may hold letters, digits, dots, hyphens and underscores`
    throw new KrbError('KRB5_PARSE_MALFORMED', { realm }, { text, doing: `naming realm ${realm}` })
  }
  const files = realmFiles(`${realmsFolder(env)}/${realm}`)
  if (Buffer.byteLength(files.control) > LONGEST_SOCKET_NAME) {
    throw new KrbError('ENAMETOOLONG', { path: files.folder }, { hints: [`${files.control} is too long for a socket; set XDG_STATE_HOME`] })
  }
  return { realm, files }
}

/** All realms that were made here. */
export async function knownRealms(env: Env): Promise<readonly NamedRealm[]> {
  const folder = realmsFolder(env)
  if ((await env.files.stat(folder)) === undefined) return []
  const names = [...(await env.files.list(folder))].sort()
  const realms = names.map(realm => ({ realm, files: realmFiles(`${folder}/${realm}`) }))
  const prepared = await Promise.all(realms.map(async ({ files }) => (await env.files.stat(files.kdcConf)) !== undefined))
  return realms.filter((_, i) => prepared[i])
}

function realmsFolder(env: Env): string {
  const folder = stateFolder(env.vars)
  if (folder !== undefined) return folder
  const hints = ['set XDG_STATE_HOME or HOME, or use "tkrealm run"']
  throw new KrbError('ENOENT', {}, { text: 'Neither XDG_STATE_HOME nor HOME names a folder for realms', hints })
}

/** sun_path of unix(7). */
const LONGEST_SOCKET_NAME = 107
