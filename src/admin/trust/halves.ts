import { type Principal, tgtPrincipal } from '../../core/principal/principal.ts'

/** `in`: users of the other realm reach our services. `out`: our users reach theirs. */
export type Direction = 'in' | 'out'

export const DIRECTIONS: readonly Direction[] = ['out', 'in']

/** The principal of that direction, which both databases hold with the same key (RFC 4120 §1.2). */
export function halfOf(direction: Direction, ours: string, theirs: string): Principal {
  return direction === 'in' ? tgtPrincipal(ours, theirs) : tgtPrincipal(theirs, ours)
}
