import type { Principal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'

/** The name that nobody in particular logs in by (RFC 8062 §4). */
export function anonymousPrincipal(realm: string): Principal {
  return { type: NameType.WELLKNOWN, realm, components: ANONYMOUS }
}

export function isAnonymousPrincipal({ components }: Principal): boolean {
  return components.length === ANONYMOUS.length && components.every((component, i) => component === ANONYMOUS[i])
}

const ANONYMOUS = ['WELLKNOWN', 'ANONYMOUS']
