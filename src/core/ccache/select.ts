import { compileGlob } from '../bytes/glob.ts'
import { decodeText } from '../bytes/text.ts'
import { fallbackRealmOfHost } from '../config/host-realm.ts'
import type { ClientConfig } from '../config/krb5-conf.ts'
import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type Principal, parsePrincipal } from '../principal/principal.ts'
import { NameType } from '../registry/name-type.ts'
import type { Ccache } from './ccache.ts'
import { findCacheOf, openCollection, ownerOf } from './collection.ts'

export interface Selection {
  /** Absent when the client that ~/.k5identity names has no cache. */
  readonly cache: Ccache | undefined
  readonly client: Principal
  readonly by: 'k5identity' | 'realm' | 'hostname'
}

/**
 * The cache with which to go to a service, when the collection has several (MIT's krb5_cc_select, as GSS clients choose): that of the
 * client that ~/.k5identity names; else one of the service's realm; else one whose realm is the longest tail of the host's name.
 */
export async function selectCache(service: Principal, env: Env, config: ClientConfig): Promise<Selection | undefined> {
  const server = await withRealm(service, config)
  const client = await identityFor(server, env, config)
  if (client !== undefined) return { client, cache: await findCacheOf(client, undefined, env, config), by: 'k5identity' }
  return (await byRealm(server, env, config)) ?? byHostName(server, env, config)
}

/** A host whose realm nobody knows has the one that a client would guess. */
async function withRealm(server: Principal, config: ClientConfig): Promise<Principal> {
  if (server.realm !== '' || !isHostService(server)) return server
  const realm = await fallbackRealmOfHost(server.components[1]!, config, async () => false)
  return { ...server, realm: realm ?? '' }
}

/** The client of the first line of ~/.k5identity all of whose fields fit the service. */
async function identityFor(server: Principal, env: Env, config: ClientConfig): Promise<Principal | undefined> {
  const home = env.vars.HOME
  if (home === undefined) return undefined
  let text: string
  try {
    text = decodeText(await env.files.read(`${home}/.k5identity`, { maxBytes: MOST_OCTETS }))
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
  for (const line of text.split('\n')) {
    const [name = '', ...fields] = line.split(/[ \t\r]+/).filter(word => word !== '')
    if (name === '' || name.startsWith('#') || !fields.every(field => fits(field, server))) continue
    try {
      return parsePrincipal(name, { defaultRealm: config.defaultRealm })
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
    }
  }
  return undefined
}

/** A field that nobody knows may be one that matters: it fits nothing. */
function fits(field: string, server: Principal): boolean {
  const equals = field.indexOf('=')
  const matches = (text: string) => compileGlob(field.slice(equals + 1)).matches(text)
  switch (equals < 0 ? '' : field.slice(0, equals)) {
    case 'realm':
      return matches(server.realm)
    case 'service':
      return isHostService(server) && matches(server.components[0]!)
    case 'host':
      return isHostService(server) && matches(server.components[1]!.replace(/[A-Z]/g, letter => letter.toLowerCase()))
    default:
      return false
  }
}

async function byRealm(server: Principal, env: Env, config: ClientConfig): Promise<Selection | undefined> {
  if (server.realm === '') return undefined
  for await (const cache of await openCollection(undefined, env, config)) {
    const client = await ownerOf(cache)
    if (client?.realm === server.realm) return { cache, client, by: 'realm' }
  }
  return undefined
}

async function byHostName(server: Principal, env: Env, config: ClientConfig): Promise<Selection | undefined> {
  if (!isHostService(server)) return undefined
  const host = server.components[1]!.replace(/[a-z]/g, letter => letter.toUpperCase())
  let best: Selection | undefined
  for await (const cache of await openCollection(undefined, env, config)) {
    const client = await ownerOf(cache)
    if (client === undefined || (host !== client.realm && !host.endsWith(`.${client.realm}`))) continue
    if (best === undefined || client.realm.length > best.client.realm.length) best = { cache, client, by: 'hostname' }
  }
  return best
}

function isHostService({ type, components }: Principal): boolean {
  return type === NameType.SRV_HST && components.length >= 2
}

const MOST_OCTETS = 1 << 20
