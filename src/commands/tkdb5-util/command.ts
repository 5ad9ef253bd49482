import { defineProgram } from '../base.ts'
import { FLAGS, USAGE } from './flags.ts'
import { run } from './run.ts'

export const program = defineProgram({
  name: 'tkdb5_util',
  summary: 'Create and maintain a Kerberos database',
  flags: FLAGS,
  operands: {
    synopsis: 'COMMAND [OPTION...]',
    doc: 'COMMAND is one of those in tkdb5_util(8), with its options.',
    first: () => [...USAGE.matchAll(/^\t([a-z]\w+)/gm)].map(match => match[1]!),
  },
  grammar: 'words',
  usage: () => USAGE,
  usageStatus: 1,
  firstMistakeEnds: true,
  run,
})
