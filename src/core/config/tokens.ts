import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'

/**
 * Replaces `%{uid}` and its like in names of caches, keytabs and folders (docs/formats/ccache.md). `%%` means nothing special. Throws
 * `EINVAL` for an unknown token or a missing brace, `ENOENT` for `%{username}` of a uid without a login name.
 */
export function expandTokens(text: string, env: Pick<Env, 'vars' | 'host'>): string {
  let out = ''
  for (let at = 0; ; ) {
    const start = text.indexOf('%{', at)
    if (start < 0) return out + text.slice(at)
    const end = text.indexOf('}', start)
    if (end < 0) throw new KrbError('EINVAL', { text }, { text: 'variable missing }' })
    const expand = TOKENS.get(text.slice(start + 2, end))
    if (expand === undefined)
      throw new KrbError('EINVAL', { text, token: text.slice(start, end + 1) }, { text: 'Invalid token', hints: [HINT] })
    out += text.slice(at, start) + expand(env)
    at = end + 1
  }
}

type Expand = (env: Pick<Env, 'vars' | 'host'>) => string

function username({ host }: Pick<Env, 'host'>): string {
  const name = host.username()
  if (name === undefined) throw new KrbError('ENOENT', { uid: host.euid }, { text: `Can't find username for uid ${host.euid}` })
  return name
}

const TOKENS: ReadonlyMap<string, Expand> = new Map<string, Expand>([
  ['uid', env => String(env.host.uid)],
  ['USERID', env => String(env.host.uid)],
  ['euid', env => String(env.host.euid)],
  ['username', username],
  ['TEMP', env => env.vars.TMPDIR ?? '/tmp'],
  ['LIBDIR', () => '/usr/lib'],
  ['BINDIR', () => '/usr/bin'],
  ['SBINDIR', () => '/usr/sbin'],
  ['null', () => ''],
])

const HINT = `known tokens: ${[...TOKENS.keys()].map(name => `%{${name}}`).join(' ')}`
