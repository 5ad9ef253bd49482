import { unparsePrincipal } from '../../core/principal/principal.ts'
import type { ListInput } from '../language/list-principals.ts'
import type { Handler } from './context.ts'
import { checkedPattern } from './pattern.ts'

/** A pattern without `@` means every realm. Throws `EINVAL`. */
export const listPrincipals: Handler<ListInput, readonly string[]> = async (
  { pattern = '*', atMost = Number.POSITIVE_INFINITY },
  { store },
) => {
  const checked = checkedPattern(pattern)
  const names: string[] = []
  for await (const entry of store.principals(checked.includes('@') ? checked : `${checked}@*`)) {
    if (names.length >= atMost) break
    names.push(unparsePrincipal(entry.principal))
  }
  return names
}
