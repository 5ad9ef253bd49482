import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { defineProgram, type FlagSet, type Outcome } from '../base.ts'
import { LOCAL_FLAGS, usageText } from './flags.ts'
import { exclusive } from './local-command.ts'
import { helpOnRequest, requestNames } from './requests/index.ts'
import { type AdminCall, runLocal } from './run.ts'

/** The options that say how to prove who one is to a server. */
const REMOTE_FLAGS = {
  ccache: { letter: 'c', value: 'CACHE', doc: 'use the tickets of this cache', letterOnly: true },
  keytab: { letter: 'k', doc: 'use a keytab', letterOnly: true },
  keytabfile: { letter: 't', value: 'KEYTAB', doc: 'the keytab of -k', letterOnly: true },
  anonymous: { letter: 'n', doc: 'be anonymous', letterOnly: true },
} as const satisfies FlagSet

export const program = defineProgram({
  name: 'tkadmin',
  summary: 'Administer a Kerberos realm',
  flags: { ...LOCAL_FLAGS, ...REMOTE_FLAGS },
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
  run: runRemote,
})

/**
 * In a realm of tkrealm, which says so with `[appdefaults] tkadmin = { local = FOLDER }`, the database in that folder. The wire
 * protocol to any other realm's server does not exist yet.
 */
async function runRemote(call: AdminCall): Promise<Outcome> {
  const config = await loadClientConfig(call.env)
  const realm = call.options.realm ?? config.defaultRealm
  const folder = config.appdefault('tkadmin', realm, 'local')
  if (folder !== undefined) {
    return runLocal(call, { ...call.env, vars: { ...call.env.vars, KRB5_KDC_PROFILE: `${folder}/kdc.conf` } })
  }
  const failure = new KrbError(
    'KADM5_RPC_ERROR',
    {},
    {
      text: 'Administration over the network is not available in this version',
      doing: `initializing ${call.name} interface`,
      hints: ['run tkadmin.local on the host that has the database'],
    },
  )
  return { failure }
}
