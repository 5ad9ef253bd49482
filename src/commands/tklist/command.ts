import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { loadZone } from '../../core/time/zone.ts'
import { type Call, defineProgram, type Outcome, UsageError } from '../base.ts'
import { runCache } from './caches.ts'
import { fitTogether, LIST_FLAGS, type ListFlags } from './flags.ts'
import { keytabHeading, keytabJson, keytabText } from './render.ts'
import { listKeytab } from './run.ts'

export const program = defineProgram({
  name: 'tklist',
  summary: 'List the tickets of a credential cache, or the keys of a keytab.',
  flags: LIST_FLAGS,
  operands: { synopsis: '[name]', doc: 'NAME is a credential cache, or with -k a keytab; without it the default one is listed.' },
  usage,
  usageStatus: 1,
  firstMistakeEnds: true,
  check: (flags, operands) =>
    operands.length > 1 && !(flags.decode && flags.keytab && operands.length === 2)
      ? [`Extra arguments (starting with "${operands[1]}").`]
      : [],
  async run(call) {
    if (!fitTogether(call.options)) throw new UsageError()
    if (call.options.decode) return (await import('./decode/command.ts')).runDecode(call)
    return call.options.keytab ? runKeytab(call) : runCache(call)
  },
})

type ListCall = Call<ListFlags>

async function runKeytab({ options, operands, env }: ListCall): Promise<Outcome> {
  const config = await during('initializing krb5', () => loadClientConfig(env))
  const client = options['client-keytab']
  const name = operands[0]
  const doing = name !== undefined ? `resolving keytab ${name}` : client ? 'getting default client keytab' : 'getting default keytab'
  const keytab = await during(doing, () => resolveKeytab(name, env, config, client ? 'client' : 'server'))
  try {
    const listing = await listKeytab(keytab, options.keys)
    const zone = await loadZone(env)
    return {
      text: () => keytabHeading(listing.name) + keytabText(listing, { zone, times: options.times, etypes: options.etypes }),
      json: () => keytabJson(listing),
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { text: () => keytabHeading(keytab.name), failure: error.during('starting keytab scan') }
  }
}

function usage(name: string): string {
  return `Usage: ${name} [-e] [-V] [[-c] [-l] [-A] [-d] [-f] [-s] [-a [-n]]] [-k [-i] [-t] [-K]] [-C] [name]
\t-c specifies credentials cache
\t-k specifies keytab
\t   (Default is credentials cache)
\t-i uses default client keytab if no name given
\t-l lists credential caches in collection
\t-A shows content of all credential caches
\t-e shows the encryption type
\t-V shows the Kerberos version and exits
\toptions for credential caches:
\t\t-d shows the submitted authorization data types
\t\t-f shows credentials flags
\t\t-s sets exit status based on valid tgt existence
\t\t-a displays the address list
\t\t\t-n do not reverse-resolve
\toptions for keytabs:
\t\t-t shows keytab entry timestamps
\t\t-K shows keytab entry keys
\t\t-C includes configuration data entries
`
}
