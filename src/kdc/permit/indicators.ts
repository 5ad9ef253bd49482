import { Refusal } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import { readStrings } from '../store/tl-data.ts'

/**
 * A server with the string attribute `require_auth` wants tickets that carry one of its authentication indicators (RFC 8129). No mechanism here
 * gives any, so that such a server is for nobody.
 */
export function missingIndicator(server: PrincipalEntry): Refusal | undefined {
  const required = readStrings(server.tlData).get('require_auth')
  if (required === undefined) return undefined
  const text = `Required auth indicators not present in ticket: ${required}`
  return new Refusal('KRB5KDC_ERR_POLICY', 'HIGHER_AUTHENTICATION_REQUIRED', { text })
}
