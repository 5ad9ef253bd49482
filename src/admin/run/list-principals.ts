import { unparsePrincipal } from '../../core/principal/principal.ts'
import type { ListInput } from '../language/list-principals.ts'
import type { Handler } from './context.ts'
import { checkedPattern } from './pattern.ts'

/** A pattern without `@` means every realm. Throws `EINVAL`. */
export const listPrincipals: Handler<ListInput, readonly string[]> = async ({ pattern = '*' }, { store }) => {
  const checked = checkedPattern(pattern)
  const names: string[] = []
  for await (const entry of store.principals(checked.includes('@') ? checked : `${checked}@*`)) {
    names.push(unparsePrincipal(entry.principal))
    if (names.length % STRETCH === 0) await new Promise(resolve => setImmediate(resolve))
  }
  return names
}

/** A server with a million names goes on serving others meanwhile (threat T28). */
const STRETCH = 1000
