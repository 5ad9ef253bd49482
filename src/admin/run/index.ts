import type { VERBS } from '../language/index.ts'
import type { InputOf, ResultOf } from '../language/verb.ts'
import { addAlias } from './add-alias.ts'
import { addPolicy } from './add-policy.ts'
import { addPrincipal } from './add-principal.ts'
import { changePassword } from './change-password.ts'
import type { Handler } from './context.ts'
import { deletePolicy } from './delete-policy.ts'
import { deletePrincipal } from './delete-principal.ts'
import { extractKeys } from './extract-keys.ts'
import { getPolicy } from './get-policy.ts'
import { getPrincipal } from './get-principal.ts'
import { getPrivs } from './get-privs.ts'
import { getStrings } from './get-strings.ts'
import { listPolicies } from './list-policies.ts'
import { listPrincipals } from './list-principals.ts'
import { modifyPolicy } from './modify-policy.ts'
import { modifyPrincipal } from './modify-principal.ts'
import { purgeKeys } from './purge-keys.ts'
import { renamePrincipal } from './rename-principal.ts'
import { setKeys } from './set-keys.ts'
import { setString } from './set-string.ts'

/** What each verb does: a verb without a handler does not compile. */
export const HANDLERS: { readonly [K in keyof typeof VERBS]: Handler<InputOf<(typeof VERBS)[K]>, ResultOf<(typeof VERBS)[K]>> } = {
  addPrincipal,
  deletePrincipal,
  modifyPrincipal,
  renamePrincipal,
  addAlias,
  changePassword,
  getPrincipal,
  listPrincipals,
  addPolicy,
  modifyPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  getPrivs,
  extractKeys,
  setKeys,
  purgeKeys,
  getStrings,
  setString,
  deleteString: setString,
}
