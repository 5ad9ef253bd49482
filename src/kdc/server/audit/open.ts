import type { AuditDestination, AuditSettings } from '../../../core/config/audit.ts'
import type { Env } from '../../../core/env.ts'
import { type ErrorCode, KrbError } from '../../../core/errors/krb-error.ts'
import { ERRORS } from '../../../core/errors/tables/index.ts'
import type { LogSink } from '../../realm-desk.ts'
import type { AuditTarget } from './destination.ts'
import { FileTarget } from './file-target.ts'
import { firstSeenHook } from './first-seen-hook.ts'
import { SeenPrincipals } from './seen.ts'
import { descriptorWriter, StreamTarget, socketWriter } from './stream-target.ts'
import { Trail } from './trail.ts'

/**
 * The audit stream that [logging] asks for; undefined when it asks for none. A server whose audit stream cannot be opened does not start: throws
 * `KrbError` with the errno's name, and `EINVAL` for a destination that means nothing.
 */
export function openAuditTrail(settings: AuditSettings, env: Pick<Env, 'clock' | 'random'>, log: LogSink): Trail | undefined {
  const [unreadable] = settings.unreadable
  if (unreadable !== undefined) throw failure('EINVAL', unreadable)
  if (settings.destinations.length === 0) return undefined
  const seen = new SeenPrincipals(settings.seenFile)
  return new Trail({
    targets: settings.destinations.map(destination => openTarget(destination, settings, () => env.clock.now().seconds)),
    required: settings.required,
    env,
    log,
    isNew: principal => seen.isNew(principal),
    ...(settings.firstSeenHook !== undefined && { tell: firstSeenHook(settings.firstSeenHook, log) }),
  })
}

function openTarget(destination: AuditDestination, { maxSize, keep }: AuditSettings, now: () => number): AuditTarget {
  switch (destination.kind) {
    case 'file':
      return named(destination.path, () => new FileTarget({ path: destination.path, maxSize, keep, now }))
    case 'socket':
      return new StreamTarget(`SOCKET:${destination.path}`, socketWriter(destination.path))
    case 'stdout':
      return new StreamTarget('STDOUT', descriptorWriter(1))
  }
}

function named<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!(code in ERRORS)) throw error
    throw failure(code as ErrorCode, path, error)
  }
}

function failure(code: ErrorCode, what: string, cause?: unknown): KrbError {
  return new KrbError(code, { path: what }, { doing: `opening audit destination ${what}`, cause })
}
