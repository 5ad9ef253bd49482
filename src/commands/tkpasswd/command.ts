import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { KpasswdResult } from '../../core/kpasswd/frame.ts'
import { realmChannel } from '../../platform/channel.ts'
import { passwordChannel } from '../../platform/password-channel.ts'
import { defineProgram } from '../base.ts'
import { PASSWORD_FLAGS, passwordComplaints, passwordOptions } from '../passwords/flags.ts'
import { passwordPlaces } from '../passwords/places.ts'
import type { Remark } from '../passwords/source.ts'
import { outcomeJson, outcomeText } from './render.ts'
import { bluntly, type ChangeWorld, changeOwnPassword, forget, NobodyError } from './run.ts'

export const program = defineProgram({
  name: 'tkpasswd',
  summary: 'Change a Kerberos password.',
  flags: PASSWORD_FLAGS,
  operands: { synopsis: '[principal]', doc: 'PRINCIPAL defaults to that of the cache, or the login name.', max: 1 },
  usage: name => `usage: ${name} [principal]\n`,
  usageStatus: 1,
  check: passwordComplaints,
  async run(call) {
    const { env, options: flags } = call
    const [principal] = call.operands
    const remarks: Remark[] = []
    const config = await bluntly('initializing kerberos library', () => loadClientConfig(env))
    const world: ChangeWorld = {
      env,
      config,
      channel: realmChannel(config, env),
      passwords: passwordChannel(config, env),
      places: passwordPlaces(call, remarks),
    }
    try {
      if (flags['keychain-forget']) {
        const client = await forget(principal, world)
        return { json: () => ({ client, forgotten: true }) }
      }
      const outcome = await changeOwnPassword({ principal, password: passwordOptions(flags) }, world)
      return {
        status: outcome.answer.code === KpasswdResult.SUCCESS ? 0 : 2,
        text: () => outcomeText(outcome),
        json: () => outcomeJson(outcome, remarks),
      }
    } catch (error) {
      if (!(error instanceof NobodyError)) throw error
      return { status: 1, notes: () => `${error.message}\n` }
    }
  },
})
