import type { VERBS } from '../../language/index.ts'
import type { InputOf, ResultOf } from '../../language/verb.ts'
import { Privilege } from '../../wire/kadm5/masks.ts'
import type { Kadm5 } from '../kadm5.ts'
import { changePassword, extractKeys, purgeKeys, setKeys } from './keys.ts'
import { addPolicy, getPolicy, modifyPolicy } from './policies.ts'
import { addPrincipal, getPrincipal, modifyPrincipal } from './principals.ts'

/** Asks a server to do what the verb says. `now` is in seconds since 1970. */
export type RemoteVerb<In, Out> = (input: In, server: Kadm5, now: number) => Promise<Out>

/** The calls that each verb takes: a verb without them does not compile. */
export const REMOTE: { readonly [K in keyof typeof VERBS]: RemoteVerb<InputOf<(typeof VERBS)[K]>, ResultOf<(typeof VERBS)[K]>> } = {
  addPrincipal,
  modifyPrincipal,
  getPrincipal,
  changePassword,
  extractKeys,
  setKeys,
  purgeKeys,
  addPolicy,
  modifyPolicy,
  getPolicy,
  async deletePrincipal({ principal }, server) {
    await server.call('deletePrincipal', { principal })
    return { principal }
  },
  async renamePrincipal({ from, to }, server) {
    await server.call('renamePrincipal', { source: from, target: to })
    return { from, to }
  },
  async addAlias({ alias, target }, server) {
    await server.call('createAlias', { alias, target })
    return { alias, target }
  },
  async listPrincipals({ pattern }, server) {
    return present((await server.call('getPrincipals', { pattern })).names)
  },
  async deletePolicy({ name }, server) {
    await server.call('deletePolicy', { name })
    return undefined
  },
  async listPolicies({ pattern }, server) {
    return present((await server.call('getPolicies', { pattern })).names)
  },
  async getPrivs(_, server) {
    const { privileges } = await server.call('getPrivs', {})
    const has = (bit: number) => (privileges & bit) !== 0
    return { inquire: has(Privilege.GET), add: has(Privilege.ADD), modify: has(Privilege.MODIFY), delete: has(Privilege.DELETE) }
  },
  async getStrings({ principal }, server) {
    return (await server.call('getStrings', { principal })).strings.map(({ key, value }) => [key, value] as const)
  },
  async setString({ principal, name, value }, server) {
    await server.call('setString', { principal, key: name, value })
    return { principal }
  },
  async deleteString({ principal, name }, server) {
    await server.call('setString', { principal, key: name, value: undefined })
    return { principal }
  },
}

/** A null among names is no name. */
function present(names: readonly (string | undefined)[]): readonly string[] {
  return names.filter(name => name !== undefined)
}
