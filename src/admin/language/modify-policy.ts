import { POLICY_OPTIONS, type PolicyWords, policyUsage, readPolicyWords } from './policy-words.ts'
import type { Verb } from './verb.ts'

export const modifyPolicy: Verb<PolicyWords, undefined> = {
  names: ['modify_policy', 'modpol'],
  about: 'Modify policy',
  usage: policyUsage('modify_policy'),
  privilege: 'm',
  options: POLICY_OPTIONS,
  read: (words, reading) => readPolicyWords(words, 'modify_policy', reading),
  target: () => undefined,
}
