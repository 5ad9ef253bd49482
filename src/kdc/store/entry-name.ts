import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'

/** The name under which an entry is kept: unparsed, with its realm. The octets of it are the key, so their order is the order of MIT's dumps. */
export function entryName(principal: Principal): string {
  return unparsePrincipal(principal)
}
