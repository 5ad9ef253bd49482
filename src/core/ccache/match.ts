import type { Bytes } from '../bytes/bytes.ts'
import { sameBytes } from '../bytes/bytes.ts'
import { type ErrorCode, KrbError } from '../errors/krb-error.ts'
import { ERRORS } from '../errors/tables/index.ts'
import { type Principal, samePrincipal } from '../principal/principal.ts'
import type { EtypeId } from '../registry/etype.ts'
import type { Ccache } from './ccache.ts'
import type { Credential, TypedOctets } from './credential.ts'

/** What a credential must be to serve (MIT's krb5_cc_retrieve_cred as a TGS client calls it). */
export interface Wanted {
  readonly client: Principal
  readonly server: Principal
  /** It must not end before this second. A start in the future does not matter. */
  readonly now: number
  /** Usable session-key enctypes, best first; the best one in the cache wins, then the first stored. Without it the first match serves. */
  readonly etypes?: readonly EtypeId[]
  /** The enctype that the session key must have: one with another is not looked at. */
  readonly etype?: EtypeId
  /** A user-to-user credential for exactly this ticket; ordinary ones only without it. */
  readonly userToUser?: Bytes
  /** S4U2Proxy evidence: an ordinary credential that was got with exactly this second ticket. */
  readonly secondTicket?: Bytes
  readonly authdata?: readonly TypedOctets[]
}

/** Throws `KRB5_CC_NOTFOUND`, or `KRB5_CC_NOT_KTYPE` when there is one but with an enctype that is not wanted. */
export async function retrieveCredential(cache: Ccache, wanted: Wanted): Promise<Credential> {
  let best: Credential | undefined
  let bestRank = Number.POSITIVE_INFINITY
  let wrongEtype = false
  for await (const credential of cache.credentials()) {
    if (!serves(credential, wanted)) continue
    if (wanted.etypes === undefined) return credential
    const rank = wanted.etypes.indexOf(credential.key.etype)
    if (rank < 0) wrongEtype = true
    else if (rank < bestRank) {
      best = credential
      bestRank = rank
    }
  }
  if (best !== undefined) return best
  throw notFound(wrongEtype ? 'KRB5_CC_NOT_KTYPE' : 'KRB5_CC_NOTFOUND', cache)
}

/** As `retrieveCredential`; undefined when nothing serves. */
export async function findCredential(cache: Ccache, wanted: Wanted): Promise<Credential | undefined> {
  try {
    return await retrieveCredential(cache, wanted)
  } catch (error) {
    if (error instanceof KrbError && (error.code === 'KRB5_CC_NOTFOUND' || error.code === 'KRB5_CC_NOT_KTYPE')) return undefined
    throw error
  }
}

function serves(credential: Credential, wanted: Wanted): boolean {
  const secondTicket = wanted.userToUser ?? wanted.secondTicket
  return (
    credential.isSkey === (wanted.userToUser !== undefined) &&
    credential.endtime >= wanted.now &&
    (wanted.etype === undefined || credential.key.etype === wanted.etype) &&
    samePrincipal(credential.server, wanted.server) &&
    samePrincipal(credential.client, wanted.client) &&
    sameAuthdata(credential.authdata, wanted.authdata ?? []) &&
    (secondTicket === undefined || sameBytes(credential.secondTicket, secondTicket))
  )
}

function sameAuthdata(a: readonly TypedOctets[], b: readonly TypedOctets[]): boolean {
  return a.length === b.length && a.every((item, i) => item.type === b[i]!.type && sameBytes(item.data, b[i]!.data))
}

/** MIT's library names the file of a FILE cache, and nothing of the others. */
function notFound(code: ErrorCode, cache: Ccache): KrbError {
  const path = cache.name.startsWith('FILE:') ? cache.name.slice('FILE:'.length) : undefined
  if (path === undefined) return new KrbError(code, { cache: cache.name })
  return new KrbError(code, { path }, { text: `${ERRORS[code].text} (filename: ${path})` })
}
