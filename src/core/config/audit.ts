import type { Profile } from './profile.ts'
import { boolean, integer, type RelationRow, text, valuesOf } from './relation.ts'
import { lastValues } from './source.ts'

export type AuditDestination =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'stdout' }

/** The audit stream of a realm's servers (docs/audit.md). */
export interface AuditSettings {
  /** Empty: no audit. */
  readonly destinations: readonly AuditDestination[]
  /** Values that mean nothing. */
  readonly unreadable: readonly string[]
  /** A file is put aside before it grows beyond this, in octets; 0 for never. */
  readonly maxSize: number
  /** Files put aside that are kept. */
  readonly keep: number
  /** No request is answered that cannot be written down. */
  readonly required: boolean
  /** Where the external principals that have been seen are remembered. */
  readonly seenFile: string | undefined
  /** Program that is told of an external principal seen for the first time. */
  readonly firstSeenHook: string | undefined
}

/** `[logging] audit`, several allowed, and the relations that go with it; ours alone, in a section where MIT's servers look for names that they know. */
export function auditSettings(profile: Profile): AuditSettings {
  const texts = profile.values('logging', 'audit').map(value => value.trim())
  const read = texts.map(value => ({ value, destination: parseDestination(value) }))
  return {
    ...valuesOf(RELATIONS, lastValues(profile, [['logging']])),
    destinations: read.flatMap(({ destination }) => destination ?? []),
    unreadable: read.filter(({ destination }) => destination === undefined).map(({ value }) => value),
  }
}

function parseDestination(value: string): AuditDestination | undefined {
  const [, kind, path] = /^(FILE|SOCKET):(.+)$/is.exec(value) ?? []
  if (path !== undefined) return { kind: kind!.toLowerCase() as 'file' | 'socket', path }
  return value.toUpperCase() === 'STDOUT' ? { kind: 'stdout' } : undefined
}

const UNITS = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 } as const

const RELATIONS = {
  maxSize: size('audit_max_size', 'a file is put aside before it grows beyond this; 0 for never'),
  keep: integer('audit_keep', 10, 'files put aside that are kept'),
  required: boolean('audit_required', false, 'refuse what cannot be written down'),
  seenFile: text('audit_seen_file', 'where external principals that have been seen are remembered'),
  firstSeenHook: text('audit_first_seen', 'program that is told of an external principal seen for the first time'),
}

/** Octets, or with k, m or g. */
function size(name: string, doc: string): RelationRow<number> {
  const read = (value: string) => {
    const [, digits, unit] = /^(\d{1,12})([kmg]?)$/i.exec(value.trim()) ?? []
    return digits === undefined ? undefined : Number(digits) * UNITS[unit!.toLowerCase() as keyof typeof UNITS]
  }
  return { name, read: ([first]) => read(first), initial: 0, broken: 'default', doc }
}
