import { compileGlob } from '../../core/bytes/glob.ts'
import { encodeText } from '../../core/bytes/text.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { followAliases } from './alias.ts'
import type { ReviseCounters } from './attempts.ts'
import type { PolicyEntry, PrincipalEntry } from './entry.ts'
import { entryName } from './entry-name.ts'
import type { ScanOrder, Store, StoreTx } from './store.ts'

/** A store that lives in this process: tests and throw-away realms. */
export function memoryStore(): Store {
  return new MemoryStore()
}

class MemoryStore implements Store {
  readonly #principals = new Map<string, PrincipalEntry>()
  readonly #policies = new Map<string, PolicyEntry>()

  principal(name: Principal): PrincipalEntry | undefined {
    return followAliases(entryName(name), one => this.#principals.get(one))
  }

  async *principals(glob?: string, order: ScanOrder = 'ascending'): AsyncIterable<PrincipalEntry> {
    const entries = inOrder(this.#principals, glob)
    for (const entry of order === 'ascending' ? entries : entries.reverse()) yield entry
  }

  async policy(name: string): Promise<PolicyEntry | undefined> {
    return this.#policies.get(name)
  }

  async *policies(glob?: string): AsyncIterable<PolicyEntry> {
    for (const entry of inOrder(this.#policies, glob)) yield entry
  }

  async write<T>(fn: (tx: StoreTx) => T): Promise<T> {
    const principals = new Map(this.#principals)
    const policies = new Map(this.#policies)
    const result = fn({
      principal: name => principals.get(entryName(name)),
      putPrincipal: entry => void principals.set(entryName(entry.principal), entry),
      deletePrincipal: name => principals.delete(entryName(name)),
      policy: name => policies.get(name),
      putPolicy: entry => void policies.set(entry.name, entry),
      deletePolicy: name => policies.delete(name),
    })
    refill(this.#principals, principals)
    refill(this.#policies, policies)
    return result
  }

  async recordAttempt(name: Principal, revise: ReviseCounters): Promise<void> {
    const entry = this.principal(name)
    const counters = entry === undefined ? undefined : revise(entry)
    if (entry !== undefined && counters !== undefined) this.#principals.set(entryName(entry.principal), { ...entry, ...counters })
  }

  async close(): Promise<void> {}
}

function inOrder<T>(entries: ReadonlyMap<string, T>, pattern: string | undefined): T[] {
  const glob = compileGlob(pattern ?? '*')
  return [...entries]
    .filter(([name]) => glob.matches(name))
    .map(([name, entry]) => ({ octets: encodeText(name), entry }))
    .sort((a, b) => Buffer.compare(a.octets, b.octets))
    .map(({ entry }) => entry)
}

function refill<T>(target: Map<string, T>, source: ReadonlyMap<string, T>): void {
  target.clear()
  for (const [name, entry] of source) target.set(name, entry)
}
