import { resolveCcache } from '../../core/ccache/resolve.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { realmChannel } from '../../platform/channel.ts'
import { defineProgram, failureText } from '../base.ts'
import { errorJson } from '../text/envelope.ts'
import { saying } from '../text/phrase.ts'
import { VNO_FLAGS } from './flags.ts'
import { invalidText, resultText } from './render.ts'
import { type ServiceResult, serviceNumber } from './run.ts'

export const program = defineProgram({
  name: 'tkvno',
  summary: 'Get service tickets and print the key version numbers of the services.',
  flags: VNO_FLAGS,
  operands: { synopsis: 'service...', doc: 'SERVICE is a principal, such as host/www.example.com.', min: 1 },
  usage: name => `usage: ${name} [-c ccache] [-k keytab] [-q] service1 service2 ...\n`,
  usageStatus: 1,
  firstMistakeEnds: true,
  async run({ options, operands, env, json, name, out, err }) {
    const config = await during('initializing krb5 library', () => loadClientConfig(env))
    const cache = await during('opening ccache', () => resolveCcache(options.ccache, env, config))
    const keytabName = options.keytab
    const keytab =
      keytabName === undefined
        ? undefined
        : await saying(`resolving keytab ${keytabName}`, () => resolveKeytab(keytabName, env, config, 'server'))
    await during('getting client principal name', () => cache.principal())
    const ctx = { env, config, channel: realmChannel(config, env) }
    const results: ServiceResult[] = []
    for (const service of operands) {
      const result = await serviceNumber(service, cache, keytab, ctx)
      results.push(result)
      if (!options.quiet) {
        if (!json) out(resultText(result))
        err(invalidText(result))
      }
      if (result.failure !== undefined) err(failureText(result.failure, name))
    }
    return {
      status: results.some(({ failure }) => failure !== undefined) ? 1 : 0,
      json: () => ({
        services: results.map(({ failure, ...rest }) => (failure === undefined ? rest : { ...rest, error: errorJson(failure) })),
      }),
    }
  },
})
