import { POLICY_OPTIONS, type PolicyWords, policyUsage, readPolicyWords } from './policy-words.ts'
import type { Verb } from './verb.ts'

export const addPolicy: Verb<PolicyWords, undefined> = {
  names: ['add_policy', 'addpol'],
  about: 'Add policy',
  usage: policyUsage('add_policy'),
  privilege: 'a',
  options: POLICY_OPTIONS,
  read: (words, reading) => readPolicyWords(words, 'add_policy', reading),
  target: () => undefined,
}
