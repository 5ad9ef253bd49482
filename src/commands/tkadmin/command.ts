import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { defineProgram, type Outcome } from '../base.ts'
import { REMOTE_FLAGS, type RemoteCall, usageText } from './flags.ts'
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
  run: runSomewhere,
})

/** In a realm of tkrealm, which says so with `[appdefaults] tkadmin = { local = FOLDER }`, the database in that folder; else a server's. */
async function runSomewhere(call: RemoteCall): Promise<Outcome> {
  const config = await loadClientConfig(call.env)
  const folder = config.appdefault('tkadmin', call.options.realm ?? config.defaultRealm, 'local')
  if (folder === undefined) {
    const { runRemote } = await import('./remote.ts')
    return runRemote(call)
  }
  const { runLocal } = await import('./run.ts')
  return runLocal(call, { ...call.env, vars: { ...call.env.vars, KRB5_KDC_PROFILE: `${folder}/kdc.conf` } })
}
