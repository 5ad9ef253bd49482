import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { ProcedureName } from '../wire/kadm5/procedures.ts'
import type { ReceivedCall } from './answer.ts'
import type { Needs } from './call-order.ts'

/** Lists see all names; policies change what many do; an alias makes two names one. */
export function needsOf({ name, args }: ReceivedCall): Needs {
  if (ALONE.has(name)) return 'everything'
  const { principal, entry, source, target } = args as Readonly<Record<string, unknown>>
  const names = [principal, (entry as { readonly principal?: Principal } | undefined)?.principal, source, target]
  return names.filter(one => one !== undefined).map(one => unparsePrincipal(one as Principal))
}

const ALONE: ReadonlySet<ProcedureName> = new Set<ProcedureName>([
  'getPrincipals',
  'getPolicies',
  'createPolicy',
  'modifyPolicy',
  'deletePolicy',
  'createAlias',
])
