import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { type Principal, parsePrincipal, samePrincipal } from '../../core/principal/principal.ts'
import { Refusal } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import { readStrings } from '../store/tl-data.ts'
import type { TgsResolved } from './resolved.ts'

/**
 * Whether the service may act for its client at the server (MS-SFU §3.2.5.2): the service's string attribute `delegate_to` lists servers, or, for clients that know of
 * resource-based delegation, the server's `delegate_from` lists services. Names are separated by blanks; none means nobody. undefined: it may.
 */
export function delegationRefusal({ second, server, requested, referral, rbcd, realm }: TgsResolved): Refusal | undefined {
  const service = second!.serverEntry
  const targets = attribute(service, 'delegate_to')
  const sources = attribute(server, 'delegate_from')
  const names = (list: string | undefined) => namesIn(list, realm.realm)
  if (names(targets).some(name => samePrincipal(name, requested) || samePrincipal(name, server.principal))) return undefined
  // Where nothing was ever set up it is no service of this realm's, as with MIT's own databases.
  if (!rbcd || referral || (targets === undefined && sources === undefined))
    return new Refusal('KRB5KDC_ERR_BADOPTION', 'UNSUPPORTED_S4U2PROXY_REQUEST')
  if (names(sources).some(name => samePrincipal(name, service.principal))) return undefined
  return new Refusal('KRB5KDC_ERR_BADOPTION', 'NOT_ALLOWED_TO_DELEGATE')
}

/**
 * FORWARDABLE, when the ticket to itself that a service gets in a user's name may not serve as evidence (MS-SFU §3.2.5.1.2): the service has servers to delegate to, but
 * not the right to vouch for users by itself; else 0.
 */
export function unforwardable({ s4u2self, referral, server }: TgsResolved): number {
  if (s4u2self === undefined || referral || server.attributes & Attributes.OK_TO_AUTH_AS_DELEGATE) return 0
  return (attribute(server, 'delegate_to') ?? '').trim() === '' ? 0 : TicketFlags.FORWARDABLE
}

/** The request is for delegation: checks by `s4u-proxy-checks.ts`, then `delegationRefusal`. */
export function isDelegation({ body }: Pick<TgsResolved, 'body'>): boolean {
  return (body.kdcOptions & KdcOptions.CNAME_IN_ADDL_TKT) !== 0
}

function attribute({ tlData }: PrincipalEntry, name: string): string | undefined {
  return readStrings(tlData).get(name)
}

/** What is no name names nobody. */
function namesIn(list: string | undefined, defaultRealm: string): readonly Principal[] {
  return (list ?? '').split(/[ \t]+/).flatMap(word => {
    if (word === '') return []
    try {
      return [parsePrincipal(word, { defaultRealm })]
    } catch (error) {
      if (error instanceof KrbError) return []
      throw error
    }
  })
}
