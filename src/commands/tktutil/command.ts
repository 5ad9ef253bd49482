import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { memoryKeytab } from '../../core/keytab/types/memory.ts'
import { loadZone } from '../../core/time/zone.ts'
import { type Call, defineProgram, type OptionsOf, type Outcome } from '../base.ts'
import { passwordComplaints } from '../passwords/flags.ts'
import { unknownRequest } from '../requests/line.ts'
import { errorJson } from '../text/envelope.ts'
import { UTIL_FLAGS } from './flags.ts'
import { namedKeytabs, streamedKeytabs } from './keytab-files.ts'
import { runPrompt } from './prompt.ts'
import { Complaint, type Session } from './request.ts'
import { requestNamed, requestNames } from './requests/index.ts'
import { NO_KEYCHAIN, passwordOf, standardInput } from './world.ts'

type UtilCall = Call<OptionsOf<typeof UTIL_FLAGS>>

export const program = defineProgram({
  name: 'tktutil',
  summary: 'Edit and check keytabs.',
  flags: UTIL_FLAGS,
  operands: {
    synopsis: '[request argument...]',
    doc: 'A request about one keytab and its words; "lr" lists them. Without one, requests are read from standard input.',
    first: requestNames,
  },
  grammar: 'long',
  usage: name => `Usage: ${name} [--keytab keytab] [--base64] [--password-file file | --password-fd n] [request argument...]\n`,
  usageStatus: 1,
  check: (options, operands, name) => [
    ...passwordComplaints({ ...options, ...NO_KEYCHAIN }),
    ...(operands.length === 0 && (options.keytab !== undefined || options.base64)
      ? [`${name}: --keytab and --base64 are for a request on the command line`]
      : []),
  ],
  async run(call) {
    const { env } = call
    const config = await during('initializing krb5', () => loadClientConfig(env))
    const shared = {
      env,
      config,
      program: call.name,
      zone: () => loadZone(env),
      kdc: async () => ({ env, config, channel: (await import('../../platform/channel.ts')).realmChannel(config, env) }),
      password: passwordOf(call),
    }
    if (call.operands.length === 0) {
      const session = { ...shared, list: memoryKeytab('list'), direct: false, files: namedKeytabs(env, config) }
      await runPrompt(session, call)
      return {}
    }
    const list = await during('resolving keytab', () => resolveKeytab(call.options.keytab, env, config, 'server'))
    const files = streamedKeytabs(env, config, { base64: call.options.base64, input: standardInput })
    return runRequest({ ...shared, list, direct: true, files }, call)
  },
})

/** One request on the command line: what goes wrong counts in the exit status. */
async function runRequest(session: Session, { operands, err }: UtilCall): Promise<Outcome> {
  const [name, ...words] = operands
  const request = requestNamed(name!, true)
  if (request === undefined) {
    err(unknownRequest(name!, session.program))
    return { status: 1 }
  }
  try {
    const { text = '', notes = '', json, failed = false } = await request.run(words, session, name!)
    const ready = typeof text === 'string' ? text : await text()
    return { status: failed ? 1 : 0, text: () => ready, notes: () => notes, json: () => json }
  } catch (error) {
    if (!(error instanceof Complaint)) throw error
    return { status: 1, notes: () => `${error.message}\n`, json: () => ({ error: errorJson(error) }) }
  }
}
