import { forcedNames } from '../query/forced.ts'
import type { Verb } from './verb.ts'

export interface PolicyName {
  readonly name: string
}

const usage = 'usage: delete_policy [-force] policy\n'

export const deletePolicy: Verb<PolicyName, undefined, PolicyName & { readonly force: boolean }> = {
  names: ['delete_policy', 'delpol'],
  about: 'Delete policy',
  usage,
  privilege: 'd',
  options: [{ word: '-force' }],
  read: words => {
    const { force, names } = forcedNames(words, 1, usage)
    return { force, name: names[0]! }
  },
  target: () => undefined,
}
