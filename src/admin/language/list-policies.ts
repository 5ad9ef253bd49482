import { type ListInput, readPattern } from './list-principals.ts'
import type { Verb } from './verb.ts'

const usage = 'usage: get_policies [expression]\n'

export const listPolicies: Verb<ListInput, readonly string[]> = {
  names: ['list_policies', 'listpols', 'get_policies', 'getpols'],
  about: 'List policies',
  usage,
  privilege: 'l',
  read: words => readPattern(words, usage),
  target: () => undefined,
}
