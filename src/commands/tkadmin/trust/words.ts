import { QueryError } from '../../../admin/query/query-error.ts'
import { DIRECTIONS, type Direction } from '../../../admin/trust/halves.ts'
import type { Own } from '../own-options.ts'
import type { Talk } from '../talk.ts'

/** `--one-way`; undefined when it was not given. */
export function oneWay(own: Own): readonly Direction[] | undefined {
  const value = own.get('one-way')
  if (value === undefined) return undefined
  const direction = DIRECTIONS.find(each => each === value)
  if (direction === undefined) throw new QueryError('trust: --one-way is "in" (their users come here) or "out" (our users go there)\n')
  return [direction]
}

/** The name goes into commands that people copy into a shell. */
export function refuseRealm(realm: string, { api }: Pick<Talk, 'api'>): void {
  if (!/^[\w/=,:][\w./=,:-]*$/.test(realm))
    throw new QueryError(`trust: the name of a realm holds letters, digits and . _ - / = , : only\n`)
  if (realm === api.realm) throw new QueryError('trust: that is this realm itself\n')
}
