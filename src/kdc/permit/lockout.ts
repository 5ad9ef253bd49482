import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import type { AttemptCounters } from '../store/attempts.ts'
import type { PolicyEntry, PrincipalEntry } from '../store/entry.ts'
import { readTime, TlType } from '../store/tl-data.ts'

/**
 * Whether a client has failed too often (MIT's lockout: policy -maxfailure, -failurecountinterval, -lockoutduration). An administrator's
 * unlock counts from its second on: failures within that second are forgiven. No duration locks for good.
 */
export function isLockedOut(client: PrincipalEntry, policy: PolicyEntry | undefined, now: number): boolean {
  if (unlockedSince(client)) return false
  if (policy === undefined || policy.maxFailures === 0 || client.failAuthCount < policy.maxFailures) return false
  return policy.lockoutDuration === 0 || client.lastFailed + policy.lockoutDuration > now
}

/**
 * The counters after an attempt; undefined when nothing is to be written. A success is only noted for a client that had to prove something;
 * a locked client's counters stay as they are.
 */
export function countersAfter(
  client: PrincipalEntry,
  policy: PolicyEntry | undefined,
  outcome: 'success' | 'failure',
  now: number,
  realm: Pick<RealmPolicy, 'disableLastSuccess' | 'disableLockout'>,
): AttemptCounters | undefined {
  if (isLockedOut(client, realm.disableLockout ? undefined : policy, now)) return undefined
  return outcome === 'success' ? afterSuccess(client, now, realm) : afterFailure(client, policy, now, realm)
}

function afterSuccess(
  client: PrincipalEntry,
  now: number,
  { disableLastSuccess, disableLockout }: Pick<RealmPolicy, 'disableLastSuccess' | 'disableLockout'>,
): AttemptCounters | undefined {
  if (!(client.attributes & Attributes.REQUIRES_PRE_AUTH)) return undefined
  const failAuthCount = disableLockout ? client.failAuthCount : 0
  const lastSuccess = disableLastSuccess ? client.lastSuccess : now
  if (failAuthCount === client.failAuthCount && lastSuccess === client.lastSuccess) return undefined
  return { lastSuccess, lastFailed: client.lastFailed, failAuthCount }
}

function afterFailure(
  client: PrincipalEntry,
  policy: PolicyEntry | undefined,
  now: number,
  { disableLockout }: Pick<RealmPolicy, 'disableLockout'>,
): AttemptCounters | undefined {
  if (disableLockout) return undefined
  const interval = policy?.failureInterval ?? 0
  const startsAnew = unlockedSince(client) || (interval !== 0 && now > client.lastFailed + interval)
  return { lastSuccess: client.lastSuccess, lastFailed: now, failAuthCount: startsAnew ? 1 : client.failAuthCount + 1 }
}

function unlockedSince(client: PrincipalEntry): boolean {
  return client.lastFailed <= readTime(client.tlData, TlType.LAST_ADMIN_UNLOCK)
}
