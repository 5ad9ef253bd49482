import { resolveCcache } from '../../core/ccache/resolve.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during } from '../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import { defineProgram } from '../base.ts'
import { complaints, DESTROY_FLAGS } from './flags.ts'
import { problemText } from './render.ts'
import { destroyCache, isAbsence, requireOwner } from './run.ts'

export const program = defineProgram({
  name: 'tkdestroy',
  summary: 'Destroy a credential cache: overwrite its tickets and remove it.',
  flags: DESTROY_FLAGS,
  usage,
  usageStatus: 2,
  check: complaints,
  async run({ options, env, name }) {
    const config = await during('initializing krb5', () => loadClientConfig(env))
    const cache = await during('resolving ccache', () => resolveCcache(options.ccache, env, config))
    const owner = options.principal
    if (owner !== undefined) {
      const { defaultRealm } = config
      const principal = await during(`parsing principal name ${owner}`, async () => parsePrincipal(owner, { defaultRealm }))
      await during(`finding cache for ${owner}`, () => requireOwner(cache, principal))
    }
    const result = await destroyCache(cache)
    const { problem } = result
    const absent = problem !== undefined && isAbsence(problem)
    return {
      status: problem === undefined || absent ? 0 : 1,
      // Every cache of the collection, when there is none, is nothing to complain about.
      notes: () => (options.all && absent ? '' : problemText(result, name, options.quiet)),
      json: () => ({ cache: result.cache, destroyed: result.destroyed, problem: problem?.message ?? null }),
    }
  },
})

function usage(name: string): string {
  return `Usage: ${name} [-A] [-q] [-c cache_name] [-p princ_name]
\t-A destroy all credential caches in collection
\t-q quiet mode
\t-c specify name of credentials cache
\t-p specify principal name within collection
`
}
