import type { Bytes } from '../../core/bytes/bytes.ts'
import { decodeText } from '../../core/bytes/text.ts'
import type { KeytabEntry } from '../../core/keytab/keytab.ts'
import type { KeyVersion } from '../../core/keytab/prune.ts'
import { ETYPE, etypeName } from '../../core/registry/etype.ts'
import type { Attempt } from './attempt.ts'
import type { TicketEvidence } from './ticket-evidence.ts'

/** What is known of one principal's entries. */
export interface Evidence {
  /** Newest first. */
  readonly versions: readonly KeyVersion[]
  /** Not every entry need have been tried. */
  readonly attempts: ReadonlyMap<KeytabEntry, Attempt>
  readonly ticket: TicketEvidence | undefined
  /** Version of the KDC's key, where something said it. */
  readonly kdcKvno: number | undefined
}

type Verdict =
  | 'valid'
  /** An older version of a key that the keytab has in its present version, too. */
  | 'superseded'
  /** The KDC's key is of a later version, or of an earlier one. */
  | 'behind'
  | 'ahead'
  /** The right key under a number that no acceptor finds it by. */
  | 'misnumbered'
  /** The version may be right, the key is not. */
  | 'wrong-key'
  | 'no-such-enctype'
  | 'unknown-principal'
  /** Not to be tried (a name that only services have), beside a right key of the same version. */
  | 'untried'
  /** The KDC's answers say nothing about the key. */
  | 'untold'

export interface Finding {
  readonly entry: KeytabEntry
  readonly verdict: Verdict
  /** In a few words; empty for a valid entry. */
  readonly why: string
  readonly kdcKvno?: number
  /** What a password's key would be made with, for a wrong one. */
  readonly salt?: Bytes
  readonly s2kparams?: Bytes
}

/** Whether an entry is good for nothing, or may be. */
export function isBad({ verdict }: Finding): boolean {
  return verdict !== 'valid' && verdict !== 'superseded' && verdict !== 'untried'
}

export function judge(evidence: Evidence): readonly Finding[] {
  const { kdcKvno } = evidence
  return evidence.versions.flatMap(({ entries }, at) =>
    entries.map(entry => {
      const [verdict, why] = verdictOn(entry, at, evidence)
      const { salt, s2kparams } = evidence.attempts.get(entry) ?? {}
      const terms = verdict === 'wrong-key' && salt !== undefined ? { salt, ...(s2kparams !== undefined && { s2kparams }) } : {}
      return { entry, verdict, why, ...(kdcKvno !== undefined && { kdcKvno }), ...terms }
    }),
  )
}

function verdictOn(entry: KeytabEntry, at: number, evidence: Evidence): readonly [Verdict, string] {
  const { versions, attempts, kdcKvno } = evidence
  if (isRight(entry, evidence)) {
    if (kdcKvno === undefined || sameVersion(kdcKvno, entry.kvno)) return ['valid', '']
    return ['misnumbered', `the key is right, but the KDC calls it version ${kdcKvno}`]
  }
  const inUse = versions.slice(0, at).find(version => version.entries.some(newer => isRight(newer, evidence)))
  if (inUse !== undefined) return ['superseded', `version ${inUse.kvno} is in use`]
  const hopeless = [...attempts.values()].find(({ result }) => result === 'unknown-principal' || result === 'no-answer')
  const twin = versions[at]!.entries.find(other => isRight(other, evidence))
  if (hopeless !== undefined && twin !== undefined) return ['untried', `only tickets show keys here; ${etypeName(twin.key.etype)} is right`]
  if (hopeless?.result === 'unknown-principal' && evidence.ticket === undefined) {
    return ['unknown-principal', 'the KDC does not know the principal']
  }
  if (hopeless?.result === 'unknown-principal') return wrong(entry, versions[at]!, evidence)
  if (hopeless !== undefined) return ['untold', hopeless.error!.message]
  const attempt = attempts.get(entry)
  if (attempt === undefined || attempt.result === 'wrong-key') return wrong(entry, versions[at]!, evidence)
  if (attempt.result === 'no-such-enctype') return ['no-such-enctype', 'the KDC has no key of this enctype']
  return ['untold', attempt.error!.message]
}

function wrong(entry: KeytabEntry, version: KeyVersion, evidence: Evidence): readonly [Verdict, string] {
  const { attempts, kdcKvno } = evidence
  if (kdcKvno !== undefined && !sameVersion(kdcKvno, entry.kvno)) {
    return [kdcKvno > entry.kvno ? 'behind' : 'ahead', `the KDC's key is version ${kdcKvno}`]
  }
  const attempt = attempts.get(entry)
  if (evidence.ticket?.etype === entry.key.etype) return ['wrong-key', 'it does not open a ticket of its version and enctype']
  if (attempt?.result !== 'wrong-key') return ['untold', 'not tried, because other keys of this principal were wrong']
  const salt = attempt.salt === undefined ? '' : `"${decodeText(attempt.salt)}"`
  if (isSalted(entry) && version.entries.some(other => !isSalted(other) && isRight(other, evidence))) {
    return ['wrong-key', `the RC4 key, which has no salt, is right: this one was made with another salt than ${salt}`]
  }
  return ['wrong-key', `another password or key${isSalted(entry) && salt !== '' ? `, or another salt than ${salt}` : ''}`]
}

function isRight(entry: KeytabEntry, { attempts, ticket }: Evidence): boolean {
  return attempts.get(entry)?.result === 'accepted' || ticket?.opensWith(entry) === true
}

/** RC4 keys are made of the password alone (RFC 4757 §2). */
export function isSalted({ key }: KeytabEntry): boolean {
  return key.etype !== ETYPE.ARCFOUR_HMAC && key.etype !== ETYPE.ARCFOUR_HMAC_EXP
}

/** Keytabs and some KDCs number with 8 bits. */
function sameVersion(a: number, b: number): boolean {
  return (a & 0xff) === (b & 0xff)
}
