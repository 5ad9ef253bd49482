import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during } from '../../core/errors/krb-error.ts'
import { defineProgram } from '../base.ts'
import { complaints, SWITCH_FLAGS } from './flags.ts'
import { switchTo } from './run.ts'

export const program = defineProgram({
  name: 'tkswitch',
  summary: 'Make a credential cache the primary one of its collection.',
  flags: SWITCH_FLAGS,
  usage,
  usageStatus: 2,
  check: complaints,
  async run({ options, env }) {
    const config = await during('initializing krb5', () => loadClientConfig(env))
    const { ccache, principal, for: service } = options
    const wanted = service !== undefined ? { service } : ccache[0] !== undefined ? { cache: ccache[0] } : { principal: principal[0]! }
    const cache = await switchTo(wanted, env, config)
    return { json: () => ({ cache: cache.name }) }
  },
})

function usage(name: string): string {
  return `Usage: ${name} {-c cache_name | -p principal}
\t-c specify name of credentials cache
\t-p specify name of principal
`
}
