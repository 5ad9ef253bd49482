import type { Ccache } from '../../core/ccache/ccache.ts'
import type { KeytabEntry } from '../../core/keytab/keytab.ts'
import { principalsOf, versionsOf } from '../../core/keytab/prune.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { ClientContext } from '../context.ts'
import { type Attempt, attemptWith } from './attempt.ts'
import { type TicketEvidence, ticketEvidence, ticketForSelf } from './ticket-evidence.ts'
import { type Evidence, type Finding, isSalted, judge } from './verdict.ts'

export interface KeytabCheck {
  /** One per entry of the keytab, in its order. */
  readonly findings: readonly Finding[]
  /** Keys that the KDC seals service tickets with and the keytab lacks. */
  readonly lacking: readonly LackingKey[]
}

export interface LackingKey {
  readonly principal: Principal
  readonly etype: EtypeId
  readonly kvno: number | undefined
}

/**
 * Holds every entry of a keytab against the KDC: a log-in with the keys of a principal's newest version, further down only until a key
 * is accepted, and a look at a fresh service ticket, with the ticket-granting ticket of `cache` (undefined: none) or of a log-in. Since a
 * wrong key counts as a failed log-in, and accounts may be locked after a few, no more than two wrong ones are tried per principal.
 */
export async function checkKeytab(
  entries: readonly KeytabEntry[],
  cache: Ccache | undefined,
  context: ClientContext,
): Promise<KeytabCheck> {
  const findings = new Map<KeytabEntry, Finding>()
  const lacking: LackingKey[] = []
  for (const principal of principalsOf(entries)) {
    const ticket = cache === undefined ? undefined : await ticketEvidence(principal, cache, context)
    const evidence = await gather(principal, entries, ticket, context)
    for (const finding of judge(evidence)) findings.set(finding.entry, finding)
    const { ticket: seen, versions } = evidence
    const opened = versions.some(version => version.entries.some(entry => seen?.opensWith(entry)))
    if (seen !== undefined && !opened) lacking.push({ principal, etype: seen.etype, kvno: seen.kvno })
  }
  return { findings: entries.map(entry => findings.get(entry)!), lacking }
}

async function gather(
  principal: Principal,
  entries: readonly KeytabEntry[],
  atHand: TicketEvidence | undefined,
  context: ClientContext,
): Promise<Evidence> {
  const versions = versionsOf(principal, entries)
  const attempts = new Map<KeytabEntry, Attempt>()
  let ticket = atHand
  let kdcKvno = ticket?.kvno
  let wrong = 0
  for (const version of versions) {
    let saltedWrong = false
    for (const entry of saltedFirst(version.entries)) {
      // The salted keys of one version come from one password: when one is wrong, so most likely are the others.
      if (saltedWrong && isSalted(entry)) continue
      if (wrong >= MOST_WRONG && entry.kvno !== kdcKvno) continue
      const attempt = await attemptWith(entry, context)
      attempts.set(entry, attempt)
      if (attempt.granted !== undefined) ticket ??= await ticketForSelf(attempt.granted, context)
      kdcKvno = attempt.granted?.replyKvno ?? ticket?.kvno ?? attempt.kvno ?? kdcKvno
      // The same would be said to every other key.
      if (attempt.result === 'unknown-principal' || attempt.result === 'no-answer') return { versions, attempts, ticket, kdcKvno }
      if (attempt.result === 'wrong-key') {
        wrong++
        saltedWrong ||= isSalted(entry)
      }
    }
    if (version.entries.some(entry => attempts.get(entry)?.result === 'accepted')) break
  }
  return { versions, attempts, ticket, kdcKvno }
}

function saltedFirst(entries: readonly KeytabEntry[]): readonly KeytabEntry[] {
  return [...entries.filter(isSalted), ...entries.filter(entry => !isSalted(entry))]
}

const MOST_WRONG = 2
