import type { ListInput } from '../language/list-principals.ts'
import type { Handler } from './context.ts'
import { checkedPattern } from './pattern.ts'

/** Throws `EINVAL`. */
export const listPolicies: Handler<ListInput, readonly string[]> = async ({ pattern = '*' }, { store }) => {
  const names: string[] = []
  for await (const policy of store.policies(checkedPattern(pattern))) names.push(policy.name)
  return names
}
