import { defineProgram } from '../base.ts'
import { LOCAL_FLAGS, usageText } from './flags.ts'
import { helpOnRequest, requestNames } from './requests/index.ts'
import { runLocal } from './run.ts'

export const program = defineProgram({
  name: 'tkadmin.local',
  summary: 'Administer a Kerberos database directly',
  flags: LOCAL_FLAGS,
  operands: {
    synopsis: '[REQUEST ARGUMENT...]',
    doc: 'A request and its words; without one, requests are read from standard input. "--help REQUEST" shows what it takes.',
    first: requestNames,
  },
  grammar: 'getopt-stop',
  usage: usageText,
  usageStatus: 1,
  firstMistakeEnds: true,
  helpOn: helpOnRequest,
  check: exclusive,
  run: call => runLocal(call),
})

export function exclusive({ query }: { readonly query?: string | undefined }, operands: readonly string[], name: string): string[] {
  return query !== undefined && operands.length > 0 ? [`${name}: -q is exclusive with command-line query`] : []
}
