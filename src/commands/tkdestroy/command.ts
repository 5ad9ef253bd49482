import type { Ccache } from '../../core/ccache/ccache.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import { type ClientConfig, loadClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during } from '../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import { defineProgram, hintLines, type OptionsOf, onTerminal } from '../base.ts'
import { absenceHints, namingOthers } from '../text/cache-origin.ts'
import { duringPlainly } from '../text/phrase.ts'
import { complaints, DESTROY_FLAGS } from './flags.ts'
import { destructionJson, memberProblemText, OTHERS_REMAIN, problemText } from './render.ts'
import { cacheOf, cachesRemain, destroyAll, destroyCache, isAbsence } from './run.ts'

export const program = defineProgram({
  name: 'tkdestroy',
  summary: 'Destroy a credential cache: overwrite its tickets and remove it.',
  flags: DESTROY_FLAGS,
  usage,
  usageStatus: 2,
  check: complaints,
  async run({ options, env, name, json }) {
    const config = await during('initializing krb5', () => loadClientConfig(env))
    const { ccache, quiet } = options
    if (options.all) {
      const results = await destroyAll(ccache, env, config)
      return {
        notes: () => results.map(result => memberProblemText(result, name)).join(''),
        json: () => ({ caches: results.map(destructionJson) }),
      }
    }
    const result = await destroyCache(await chosenCache(options, env, config))
    const done = result.problem === undefined || isAbsence(result.problem)
    // Nobody who names a principal asks about the others.
    const remain = done && !quiet && options.principal === undefined && (await cachesRemain(ccache, env, config))
    const absent = result.problem !== undefined && isAbsence(result.problem) && (json || onTerminal())
    const hints = absent ? await absenceHints(ccache, { env, config }) : []
    return {
      status: done ? 0 : 1,
      notes: () => problemText(result, name, quiet) + hintLines(hints) + (remain ? OTHERS_REMAIN : ''),
      json: () => ({ ...destructionJson(result), hints }),
    }
  },
})

async function chosenCache(options: OptionsOf<typeof DESTROY_FLAGS>, env: Env, config: ClientConfig): Promise<Ccache> {
  const { ccache, principal: owner } = options
  if (owner === undefined) return duringPlainly('resolving ccache', () => resolveCcache(ccache, env, config))
  const { defaultRealm } = config
  const principal = await duringPlainly(`parsing principal name ${owner}`, async () => parsePrincipal(owner, { defaultRealm }))
  return namingOthers({ env, config }, () => duringPlainly(`finding cache for ${owner}`, () => cacheOf(principal, ccache, env, config)))
}

function usage(name: string): string {
  return `Usage: ${name} [-A] [-q] [-c cache_name] [-p princ_name]
\t-A destroy all credential caches in collection
\t-q quiet mode
\t-c specify name of credentials cache
\t-p specify principal name within collection
`
}
