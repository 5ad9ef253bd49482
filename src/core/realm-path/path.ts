import type { Capaths } from '../config/capaths.ts'

/**
 * The realms that a request of a client of `from` passes on its way to a service of `to`, both included: those that [capaths] names, else
 * those of the domain hierarchy. No realm is in it twice. As MIT's krb5_walk_realm_tree.
 */
export function realmPath(from: string, to: string, capaths: Pick<Capaths, 'between'>): readonly string[] {
  const between = capaths.between(from, to)
  return between === undefined ? hierarchicalPath(from, to) : through(from, between, to)
}

/**
 * By [capaths] alone: without a word there, the two trust one another directly. What MIT's clients ask for by name; the rest is left to
 * the KDCs.
 */
export function configuredPath(from: string, to: string, capaths: Pick<Capaths, 'between'>): readonly string[] {
  return through(from, capaths.between(from, to) ?? [], to)
}

/**
 * Up from `from` to the nearest common ancestor and down to `to` (RFC 4120 §1.2). Realms of different trees meet at the tops of these:
 * A.EAST, EAST, WEST, B.WEST. Names in X.500 or other style have no domains in them (RFC 4120 §6.1): such a path is direct, and so is one
 * of a name with more labels than a domain can have.
 */
export function hierarchicalPath(from: string, to: string): readonly string[] {
  if (from === to) return [from]
  const up = labelsOf(from)
  const down = labelsOf(to)
  if (up === undefined || down === undefined) return [from, to]
  const common = commonLabels(up, down)
  // The common ancestor itself is the last one on the way up.
  const climbed = domains(up, Math.max(common, 1))
  const descended = domains(down, common + 1).reverse()
  return through(from, [...climbed, ...descended], to)
}

/** Both ends, and of those between each once and no empty name. */
function through(from: string, between: readonly string[], to: string): readonly string[] {
  if (from === to) return [from]
  const inner = new Set(between)
  for (const name of [from, to, '']) inner.delete(name)
  return [from, ...inner, to]
}

/** The labels of a name in domain style. */
function labelsOf(realm: string): readonly string[] | undefined {
  if (/[/=:]/.test(realm)) return undefined
  const labels = realm.split('.')
  return labels.length > MAX_LABELS ? undefined : labels
}

/** How many labels at the end are the same. */
function commonLabels(a: readonly string[], b: readonly string[]): number {
  let common = 0
  while (common < a.length && common < b.length && a.at(-1 - common) === b.at(-1 - common)) common++
  return common
}

/** A name and its parents, down to `least` labels. */
function domains(labels: readonly string[], least: number): string[] {
  const names: string[] = []
  for (let count = labels.length; count >= least; count--) names.push(labels.slice(labels.length - count).join('.'))
  return names
}

/** RFC 1035 §2.3.4: 255 octets hold no more. */
const MAX_LABELS = 127
