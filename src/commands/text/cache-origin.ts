import { listCollection } from '../../core/ccache/collection.ts'
import { defaultCcacheName } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import { placeText } from '../../core/config/realm-origin.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

interface World {
  readonly env: Env
  readonly config: ClientConfig
}

/** Runs `task`; an error that there is no cache says which one was meant, what gave its name, and which others there are. */
export async function namingCache<T>(given: string | undefined, world: World, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError && error.code === 'KRB5_FCC_NOFILE')) throw error
    throw error.withHints(...(await absenceHints(given, world)))
  }
}

/** Runs `task`; an error that nobody of that name has a cache says which caches there are. */
export async function namingOthers<T>(world: World, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError && error.code === 'KRB5_CC_NOTFOUND')) throw error
    throw error.withHints(...(await otherCaches(undefined, world)))
  }
}

/** What to tell somebody whose cache is not there. */
export async function absenceHints(given: string | undefined, world: World): Promise<readonly string[]> {
  const { env, config } = world
  const name = given ?? defaultCcacheName(env, config)
  return [`cache ${name}: ${originText(given, env, config)}`, ...(await otherCaches(name, world))]
}

async function otherCaches(name: string | undefined, { env, config }: World): Promise<readonly string[]> {
  const { KRB5CCNAME: _, ...vars } = env.vars
  const others = [...(await reachable(env, config)), ...(await reachable({ ...env, vars }, config))]
  const more = [...new Set(others)].filter(other => other !== name && other !== `FILE:${name}`).slice(0, MOST_CACHES)
  return more.length === 0 ? [] : [`caches that there are: ${more.join(', ')}`]
}

function originText(given: string | undefined, env: Env, { profile }: ClientConfig): string {
  if (given !== undefined) return 'as given on the command line'
  if (env.vars.KRB5CCNAME !== undefined) return 'KRB5CCNAME'
  const place = profile.where('libdefaults', 'default_ccache_name')
  return place === undefined ? 'the built-in default' : `default_ccache_name, ${placeText(place)}`
}

/** Who looks for another cache must not stumble over a daemon that is not there. */
async function reachable(env: Env, config: ClientConfig): Promise<readonly string[]> {
  try {
    return (await listCollection(undefined, env, config)).map(cache => cache.name)
  } catch (error) {
    if (error instanceof KrbError) return []
    throw error
  }
}

const MOST_CACHES = 5
