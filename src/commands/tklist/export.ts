import { decodeText } from '../../core/bytes/text.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { encodeKirbi, isTicket } from '../../core/ccache/kirbi.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import type { Outcome } from '../base.ts'

/** `--kirbi`. What is no ticket (some caches hold such) stays behind. */
export async function exported(cache: Ccache, path: string, env: Env): Promise<Outcome> {
  const all: Credential[] = []
  for await (const credential of cache.credentials()) all.push(credential)
  const tickets = all.filter(isTicket)
  if (tickets.length === 0) throw new KrbError('KRB5_CC_NOTFOUND', { cache: cache.name }, { hints: [`${cache.name} holds no tickets`] })
  const message = encodeKirbi(tickets)
  if (path !== '-') await during(`writing ${path}`, () => env.files.replace(path, message, { mode: 0o600 }))
  return {
    text: () => (path === '-' ? decodeText(message) : ''),
    json: () => ({ cache: cache.name, kirbi: path, tickets: tickets.length, leftOut: all.length - tickets.length }),
  }
}
