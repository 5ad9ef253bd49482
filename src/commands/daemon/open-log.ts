import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import type { Env } from '../../core/env.ts'
import { loadZone } from '../../core/time/zone.ts'
import { Log } from '../../kdc/server/log.ts'
import type { Role } from './detach.ts'

export interface LogTerms {
  readonly config: KdcConfig
  readonly entity: 'kdc' | 'admin_server'
  /** The name that the program was called by. */
  readonly name: string
  readonly env: Env
  err(text: string): void
}

/** The log of [logging]. What is wrong with it is said on standard error, and the server runs without. */
export async function openLog({ config, entity, name, env, err }: LogTerms, mine: Role): Promise<Log> {
  const { destinations, unreadable } = config.logging(entity)
  if (mine !== 'worker') for (const value of unreadable) err(`${name}: cannot parse <${value}>\n`)
  return new Log({
    // The supervisor has emptied a FILE= log already.
    destinations: mine === 'worker' ? destinations.map(one => (one.kind === 'file' ? { ...one, append: true } : one)) : destinations,
    program: name,
    hostname: env.host.hostname(),
    pid: process.pid,
    clock: env.clock,
    zone: await loadZone(env),
    mode: 0o640,
    complain: text => err(`${text}\n`),
  })
}
