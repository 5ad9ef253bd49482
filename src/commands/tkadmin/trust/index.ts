import { QueryError } from '../../../admin/query/query-error.ts'
import { TRUST_USAGE } from '../requests/trust.ts'
import type { Talk } from '../talk.ts'
import { addTrust } from './add.ts'
import { listTrustsOf, showTrust } from './list.ts'
import { removeTrust } from './remove.ts'
import { verifyTrustWith } from './verify.ts'
import { refuseRealm } from './words.ts'

/** `trust WORD...`: the first word says what, the second which realm. */
export async function runTrust(words: readonly string[], talk: Talk): Promise<object> {
  const [verb = '', ...rest] = words
  const force = rest.includes('-force')
  const realms = rest.filter(word => word !== '-force')
  if (verb === 'list' && realms.length === 0) return listTrustsOf(talk)
  if (verb === 'add' && realms.length === 0) return addTrust(undefined, talk)
  const [realm] = realms
  const action = Object.hasOwn(ACTIONS, verb) ? ACTIONS[verb] : undefined
  if (action === undefined || realm === undefined || realms.length > 1) throw new QueryError(TRUST_USAGE)
  refuseRealm(realm, talk)
  return action(realm, talk, force)
}

const ACTIONS: Readonly<Record<string, (realm: string, talk: Talk, force: boolean) => Promise<object>>> = {
  add: addTrust,
  show: showTrust,
  verify: verifyTrustWith,
  remove: removeTrust,
}
