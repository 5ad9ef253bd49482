import type { Ccache } from '../../core/ccache/ccache.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import { type ClientConfig, loadClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { type Principal, parsePrincipal, tgtPrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { type EtypeId, etypeIdByName } from '../../core/registry/etype.ts'
import { startRealm } from '../../kdc-client/keep-initial.ts'
import type { UserWanted } from '../../kdc-client/s4u/self.ts'
import { realmChannel } from '../../platform/channel.ts'
import { defineProgram, failureText } from '../base.ts'
import { namingCache } from '../text/cache-origin.ts'
import { saying } from '../text/phrase.ts'
import { complaints, errandOf, VNO_FLAGS, type VnoFlags } from './flags.ts'
import { type Manner, userTicket, type VnoWorld } from './get.ts'
import { invalidText, pathText, resultJson, resultText } from './render.ts'
import { type ServiceResult, serviceNumber } from './run.ts'

export const program = defineProgram({
  name: 'tkvno',
  summary: 'Get service tickets and print the key version numbers of the services.',
  flags: VNO_FLAGS,
  operands: { synopsis: 'service...', doc: 'SERVICE is a principal, such as host/www.example.com; with -S a host.' },
  usage,
  usageStatus: 1,
  firstMistakeEnds: true,
  check: complaints,
  async run({ options, operands, env, json, name, out, err }) {
    const config = await during('initializing krb5 library', () => loadClientConfig(env))
    const world = worldOf(env, config)
    const { manner, keytab, output } = await prepare(options, world)
    const services = options.forwarded ? [unparsePrincipal(tgtPrincipal(manner.client.realm))] : operands
    const results: ServiceResult[] = []
    for (const service of services) {
      const result = await serviceNumber(service, keytab, manner, world)
      results.push(result)
      const { failure, malformed } = result
      if (!options.quiet) {
        if (!json) out(resultText(result))
        if (!json && options.explain) out(pathText(result))
        err(invalidText(result))
      }
      if (failure !== undefined && !(options.quiet && malformed)) err(failureText(failure, name))
    }
    const failed = results.some(({ failure }) => failure !== undefined)
    const unwritten = failed || output === undefined ? undefined : await write(results, manner, output)
    return {
      ...(unwritten === undefined ? { status: failed ? 1 : 0 } : { failure: unwritten }),
      json: () => ({ services: results.map(resultJson) }),
    }
  },
})

function worldOf(env: Env, config: ClientConfig): VnoWorld {
  return {
    env,
    config,
    channel: realmChannel(config, env),
    hosts: {
      canonical: async host => (await systemHosts()).canonical(host),
      reverse: async address => (await systemHosts()).reverse(address),
      searchDomain: async () => (await systemHosts()).searchDomain(),
    },
    async addressesOf(host) {
      const { addressOctets, systemNames } = await import('../../platform/dns.ts')
      return (await systemNames().addresses(host)).map(({ address }) => addressOctets(address))
    },
  }
}

/** Only services on hosts need it. */
async function systemHosts() {
  return (await import('../../platform/host-name.ts')).systemHosts()
}

/** Everything that names something is looked at before anything is asked for, in MIT's order. */
async function prepare(options: VnoFlags, world: VnoWorld) {
  const { env, config } = world
  const { keytab: keytabName, u2u, 'out-cache': outName } = options
  const etype = options.etype === undefined ? undefined : await during('converting etype', async () => etypeNamed(options.etype!))
  const cache = await during('opening ccache', () => resolveCcache(options.ccache, env, config))
  const output = outName === undefined ? undefined : await during('resolving output ccache', () => resolveCcache(outName, env, config))
  const keytab =
    keytabName === undefined
      ? undefined
      : await saying(`resolving keytab ${keytabName}`, () => resolveKeytab(keytabName, env, config, 'server'))
  const actsFor = await userOf(options, world)
  const secondTicket =
    u2u === undefined
      ? undefined
      : await during(`getting user-to-user ticket from ${u2u}`, async () => userTicket(await resolveCcache(u2u, env, config), world))
  const client = await namingCache(options.ccache, world, () => during('getting client principal name', () => cache.principal()))
  const manner: Manner = {
    errand: errandOf(options),
    cache,
    client,
    hostService: options['host-service'],
    unknownNameType: options['unknown-name-type'],
    canonicalize: options.canonicalize,
    cachedOnly: options['cached-only'],
    noStore: options['no-store'] || output !== undefined,
    etype,
    secondTicket,
    actsFor,
    delegates: options.delegate,
  }
  return { manner, keytab, output }
}

/** Whom the cache's client acts for. */
async function userOf(options: VnoFlags, { env, config }: VnoWorld): Promise<UserWanted | undefined> {
  const enterprise = options['for-enterprise-user']
  const name = enterprise ?? options['for-user']
  const file = options['for-certificate']
  if (name !== undefined) {
    const parsing = async () => parsePrincipal(name, { defaultRealm: config.defaultRealm, enterprise: enterprise !== undefined })
    return { user: await during(`parsing principal name ${name}`, parsing) }
  }
  if (file === undefined) return undefined
  const reading = async () => (await import('./certificate.ts')).readCertificate(file, env)
  return { certificate: await during(`reading certificate file ${file}`, reading) }
}

function etypeNamed(name: string): EtypeId {
  const etype = etypeIdByName(name)
  if (etype === undefined) throw new KrbError('EINVAL', { name }, { hints: [`${name} is not the name of an encryption type`] })
  return etype
}

/** All tickets or none; a complaint is part of the result. */
async function write(results: readonly ServiceResult[], { cache, client }: Manner, output: Ccache): Promise<KrbError | undefined> {
  const credentials = results.flatMap(({ credential }) => credential ?? [])
  const [first] = credentials
  const owner: Principal = first?.client ?? client
  const config = first !== undefined && credentials.length === 1 ? startRealm(owner, first.server) : []
  try {
    await during('writing output ccache', async () => output.replace(owner, credentials, config, await cache.offset()))
    return undefined
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
}

function usage(name: string): string {
  return `usage: ${name} [-c ccache] [-e etype] [-k keytab] [-q] [-u | -S sname]
\t[[{-F cert_file | {-I | -U} for_user} [-P]] | --u2u ccache]
\t[--cached-only] [--no-store] [--out-cache] service1 service2 ...
`
}
