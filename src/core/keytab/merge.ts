import { sameSecret } from '../crypto/primitives/constant-time.ts'
import { samePrincipal } from '../principal/principal.ts'
import type { KeytabEntry } from './keytab.ts'

export interface Merge {
  /** What is new. */
  readonly added: readonly KeytabEntry[]
  /** What is there already, with the same key. */
  readonly repeated: readonly KeytabEntry[]
  /** What is there with another key: one of the two does not work, and only the KDC knows which. */
  readonly conflicting: readonly KeytabEntry[]
}

/** What of `more` a keytab with the entries `present` lacks. An entry is known by principal, version and enctype. */
export function mergeEntries(present: readonly KeytabEntry[], more: readonly KeytabEntry[]): Merge {
  const [added, repeated, conflicting]: KeytabEntry[][] = [[], [], []]
  for (const entry of more) {
    const known = [...present, ...added!].find(other => sameSlot(other, entry))
    if (known === undefined) added!.push(entry)
    else if (known.key.value.use(a => entry.key.value.use(b => sameSecret(a, b)))) repeated!.push(entry)
    else conflicting!.push(entry)
  }
  return { added: added!, repeated: repeated!, conflicting: conflicting! }
}

function sameSlot(a: KeytabEntry, b: KeytabEntry): boolean {
  return a.kvno === b.kvno && a.key.etype === b.key.etype && samePrincipal(a.principal, b.principal)
}
