import { defineProgram } from '../base.ts'
import { REMOTE_FLAGS, usageText } from './flags.ts'
import { exclusive } from './local-command.ts'
import { helpOnRequest, requestNames } from './requests/index.ts'

export const program = defineProgram({
  name: 'tkadmin',
  summary: 'Administer a Kerberos realm',
  flags: REMOTE_FLAGS,
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
  run: async call => (await import('./remote.ts')).runRemote(call),
})
