import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during } from '../../core/errors/krb-error.ts'
import { etypeStanding } from '../../core/registry/etype.ts'
import { loadZone } from '../../core/time/zone.ts'
import { realmChannel } from '../../platform/channel.ts'
import { passwordChannel } from '../../platform/password-channel.ts'
import { defineProgram } from '../base.ts'
import { passwordPlaces } from '../passwords/places.ts'
import type { Remark } from '../passwords/source.ts'
import { complaints, INIT_FLAGS, initOptions } from './flags.ts'
import { outcomeJson, stepText, warningText } from './render.ts'
import { forget, type InitWorld, logIn, NobodyError } from './run.ts'

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
    if (flags.keytab !== undefined && !flags['use-keytab']) err('keytab specified, forcing -k\n')
    const config = await during('initializing Kerberos 5 library', () => loadClientConfig(env))
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

/** Only log-ins of hosts need it. */
async function systemHosts() {
  return (await import('../../platform/host-name.ts')).systemHosts()
}

function usage(name: string): string {
  return `Usage: ${name} [-V] [-l lifetime] [-r renewable_life]
\t[-f | -F] [-p | -P] [-a | -A]
\t[-k [-t keytab_file]] [-c cachename]
\t[-S service_name] [principal]

    options:
\t-V verbose
\t-l lifetime
\t-r renewable lifetime
\t-f forwardable
\t-F not forwardable
\t-p proxiable
\t-P not proxiable
\t-a include addresses
\t-A do not include addresses
\t-k use keytab
\t-t filename of keytab to use
\t-c Kerberos 5 cache name
\t-S service
`
}
