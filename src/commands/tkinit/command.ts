import { type ClientConfig, loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during } from '../../core/errors/krb-error.ts'
import { etypeStanding } from '../../core/registry/etype.ts'
import { loadZone } from '../../core/time/zone.ts'
import { realmChannel } from '../../platform/channel.ts'
import { passwordChannel } from '../../platform/password-channel.ts'
import { type Call, defineProgram, type Outcome, onTerminal } from '../base.ts'
import { passwordPlaces } from '../passwords/places.ts'
import type { Remark } from '../passwords/source.ts'
import { NobodyError } from './client.ts'
import { complaints, FORCING_KEYTAB, forcesKeytab, INIT_FLAGS, type InitFlags, initOptions } from './flags.ts'
import { cutText, outcomeJson, stepText, warningText } from './render.ts'
import { forget, type InitWorld, logIn } from './run.ts'

export const program = defineProgram({
  name: 'tkinit',
  summary: 'Get and cache an initial Kerberos ticket.',
  flags: INIT_FLAGS,
  operands: { synopsis: '[principal]', doc: 'PRINCIPAL defaults to that of the cache, or the login name.' },
  usage,
  usageStatus: 2,
  check: complaints,
  async run(call) {
    const { options: flags, operands, env, err } = call
    if (forcesKeytab(flags)) err(`${FORCING_KEYTAB}\n`)
    const config = await during('initializing Kerberos 5 library', () => loadClientConfig(env))
    if (flags.import !== undefined) return imported(flags.import, call, config)
    const remarks: Remark[] = []
    const world: InitWorld = {
      env,
      config,
      channel: realmChannel(config, env),
      passwords: passwordChannel(config, env),
      places: passwordPlaces(call, remarks),
      hosts: {
        canonical: async host => (await systemHosts()).canonical(host),
        reverse: async address => (await systemHosts()).reverse(address),
        searchDomain: async () => (await systemHosts()).searchDomain(),
      },
      tell: step => {
        if (flags.verbose) err(stepText(step))
      },
      isDeprecated: etype => etypeStanding(etype) !== 'current',
    }
    try {
      const options = initOptions(flags, operands)
      if (flags['keychain-forget']) {
        const client = await forget(options, world)
        return { json: () => ({ client, forgotten: true }) }
      }
      const outcome = await logIn(options, world)
      if (flags.verbose && onTerminal()) for (const cut of outcome.cuts) err(cutText(cut))
      const zone = outcome.warnings.length > 0 ? await loadZone(env) : undefined
      return {
        text: () => (zone === undefined ? '' : outcome.warnings.map(warning => warningText(warning, zone)).join('')),
        json: () => outcomeJson(outcome, remarks),
      }
    } catch (error) {
      if (!(error instanceof NobodyError)) throw error
      return { status: 1, notes: () => `${error.message}\n` }
    }
  },
})

async function imported(source: string, { options, env, err }: Call<InitFlags>, config: ClientConfig): Promise<Outcome> {
  const { importTickets } = await import('./import.ts')
  const result = await importTickets(source, options.ccache, { env, config })
  if (options.verbose)
    err(stepText({ step: `${result.how}-cache`, name: result.cache }) + stepText({ step: 'principal', name: result.client }))
  return { json: () => ({ client: result.client, cache: result.cache, tickets: result.tickets }) }
}

/** Only log-ins of hosts need it. */
async function systemHosts() {
  return (await import('../../platform/host-name.ts')).systemHosts()
}

function usage(name: string): string {
  return `Usage: ${name} [-V] [-l lifetime] [-s start_time] [-r renewable_life]
\t[-f | -F] [-p | -P] [-n] [-a | -A] [-C] [-E]
\t[--request-pac | --no-request-pac]
\t[-v] [-R] [-k [-i|-t keytab_file]] [-c cachename]
\t[-S service_name] [-I input_ccache] [-T ticket_armor_cache]
\t[-X <attribute>[=<value>]] [principal]

    options:
\t-V verbose
\t-l lifetime
\t-s start time
\t-r renewable lifetime
\t-f forwardable
\t-F not forwardable
\t-p proxiable
\t-P not proxiable
\t-n anonymous
\t-a include addresses
\t-A do not include addresses
\t-v validate
\t-R renew
\t-C canonicalize
\t-E client is enterprise principal name
\t-k use keytab
\t-i use default client keytab (with -k)
\t-t filename of keytab to use
\t-c Kerberos 5 cache name
\t-S service
\t-I input credential cache
\t-T armor credential cache
\t-X <attribute>[=<value>]
\t--{,no}-request-pac request KDC include/exclude a PAC
`
}
