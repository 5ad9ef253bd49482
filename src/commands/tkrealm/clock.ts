import { dirname } from 'node:path'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { parseAbsolute } from '../../core/time/absolute.ts'
import { parseDuration } from '../../core/time/duration.ts'
import { isoTime } from '../../core/time/format.ts'
import { loadZone } from '../../core/time/zone.ts'
import { askControl } from '../../platform/control-socket.ts'
import { realmFiles } from '../../realm/layout.ts'
import type { VirtualClock } from '../../realm/virtual-clock.ts'
import { namedRealm } from './folder.ts'

/** How a clock is moved: by seconds, to seconds since 1970, back to the system's time; nothing only reads it. */
type Move = { readonly by: number } | { readonly to: number } | 'back' | undefined

/** `tkrealm clock`: moves the clock of a running realm, and tells it (ISO 8601). */
export async function clock(word: string | undefined, realm: string | undefined, env: Env): Promise<{ readonly time: string }> {
  const argument = word === undefined ? undefined : await readMove(word, env)
  for (const path of controlSockets(realm, env)) {
    const seconds = await ask(path, argument)
    if (seconds !== undefined) return { time: isoTime(Number(seconds)) }
  }
  throw new KrbError('KRB5_KDC_UNREACH', {}, { text: 'No realm with a clock is up', hints: ['start one with "tkrealm up --clock"'] })
}

/** What the realm's process does with it; gives its time in seconds since 1970. */
export async function moveClock(virtual: VirtualClock | undefined, argument: unknown): Promise<number> {
  const move = checked(argument)
  if (virtual === undefined) throw new Error('this realm was started without --clock')
  if (move === 'back') virtual.reset()
  else if (move !== undefined && 'by' in move) virtual.advance(move.by)
  else if (move !== undefined) virtual.set(move.to)
  return virtual.now().seconds
}

async function readMove(word: string, env: Env): Promise<Move> {
  if (word === 'now') return 'back'
  const relative = /^[+-]/.test(word) ? parseDuration(word.replace(/^\+/, '')) : undefined
  if (relative !== undefined) return { by: relative }
  const absolute = parseAbsolute(word, env.clock.now().seconds, await loadZone(env))
  if (absolute !== undefined) return { to: absolute }
  throw new KrbError(
    'EINVAL',
    { time: word },
    { text: `"${word}" is neither +DURATION nor a time`, hints: ['for example +1d, +2h30m, 20300102030405'] },
  )
}

async function ask(path: string, argument: Move): Promise<unknown> {
  try {
    return await askControl(path, { command: 'clock', argument })
  } catch (error) {
    throw new KrbError('EPERM', {}, { text: error instanceof Error ? error.message : String(error), cause: error })
  }
}

/** Inside a realm (tkrealm run, tkrealm env) its own socket comes first. */
function controlSockets(realm: string | undefined, env: Env): readonly string[] {
  const config = env.vars.KRB5_CONFIG
  const around = realm === undefined && config?.startsWith('/') ? [realmFiles(dirname(config)).control] : []
  return [...around, namedRealm(realm, env).files.control]
}

function checked(argument: unknown): Move {
  if (argument === undefined || argument === null) return undefined
  if (argument === 'back') return argument
  const { by, to } = argument as { by?: unknown; to?: unknown }
  if (typeof by === 'number' && Number.isSafeInteger(by)) return { by }
  if (typeof to === 'number' && Number.isSafeInteger(to)) return { to }
  throw new Error('a clock is moved by or to a number of seconds')
}
