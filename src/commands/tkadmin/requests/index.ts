import type { Request } from '../talk.ts'
import { addAlias } from './add-alias.ts'
import { addPolicy } from './add-policy.ts'
import { addPrincipal } from './add-principal.ts'
import { changePassword } from './change-password.ts'
import { deletePolicy } from './delete-policy.ts'
import { deletePrincipal } from './delete-principal.ts'
import { deleteString } from './delete-string.ts'
import { getPolicy } from './get-policy.ts'
import { getPrincipal } from './get-principal.ts'
import { getPrivs } from './get-privs.ts'
import { getStrings } from './get-strings.ts'
import { help, requestHelp } from './help.ts'
import { ktadd } from './ktadd.ts'
import { ktremove } from './ktremove.ts'
import { listPolicies } from './list-policies.ts'
import { listPrincipals } from './list-principals.ts'
import { listRequests } from './list-requests.ts'
import { lock, unlock } from './lock.ts'
import { modifyPolicy } from './modify-policy.ts'
import { modifyPrincipal } from './modify-principal.ts'
import { purgeKeys } from './purge-keys.ts'
import { quit } from './quit.ts'
import { renamePrincipal } from './rename-principal.ts'
import { setString } from './set-string.ts'
import { trust } from './trust.ts'

/** Every request, in the order of list_requests; ours that are not in it at the end. */
export const REQUESTS: readonly Request[] = [
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
  ktadd,
  ktremove,
  lock,
  unlock,
  purgeKeys,
  getStrings,
  setString,
  deleteString,
  listRequests(() => REQUESTS.filter(({ unlisted }) => unlisted !== true)),
  quit,
  trust,
  help(() => REQUESTS),
]

export function requestNamed(name: string): Request | undefined {
  return REQUESTS.find(({ names }) => names.includes(name))
}

export function requestNames(): readonly string[] {
  return REQUESTS.flatMap(({ names }) => names)
}

/** For `--help REQUEST`. */
export function helpOnRequest([name = '']: readonly string[]): string | undefined {
  const request = requestNamed(name)
  return request && requestHelp(request)
}
