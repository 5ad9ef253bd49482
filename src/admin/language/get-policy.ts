import { terseName } from '../query/terse.ts'
import type { PolicyName } from './delete-policy.ts'
import type { PolicyRecord } from './records.ts'
import type { Verb } from './verb.ts'

const usage = 'usage: get_policy [-terse] policy\n'

export const getPolicy: Verb<PolicyName, PolicyRecord, PolicyName & { readonly terse: boolean }> = {
  names: ['get_policy', 'getpol'],
  about: 'Get policy',
  usage,
  privilege: 'i',
  options: [{ word: '-terse' }],
  read: words => terseName(words, usage),
  target: () => undefined,
}
