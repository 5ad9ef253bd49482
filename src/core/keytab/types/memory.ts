import type { Env } from '../../env.ts'
import type { Principal } from '../../principal/principal.ts'
import type { Keytab, KeytabEntry } from '../keytab.ts'
import { lookup } from '../lookup.ts'

/** MEMORY keytabs live as long as `env`, and the same name in the same `env` is the same keytab. */
export function namedMemoryKeytab(residual: string, env: Env): Keytab {
  const keytabs = KEYTABS.get(env) ?? new Map<string, Keytab>()
  KEYTABS.set(env, keytabs)
  const keytab = keytabs.get(residual) ?? memoryKeytab(residual)
  keytabs.set(residual, keytab)
  return keytab
}

/** A keytab of its own, known to nobody by its name. */
export function memoryKeytab(residual: string, entries: readonly KeytabEntry[] = []): Keytab {
  return new MemoryKeytab(residual, entries)
}

class MemoryKeytab implements Keytab {
  readonly name: string
  #entries: readonly KeytabEntry[]

  constructor(residual: string, entries: readonly KeytabEntry[]) {
    this.name = `MEMORY:${residual}`
    this.#entries = entries
  }

  async entries(): Promise<readonly KeytabEntry[]> {
    return this.#entries
  }

  async find(principal: Principal, kvno: number, etype: number): Promise<KeytabEntry> {
    return lookup(this.#entries, principal, kvno, etype, this.name)
  }

  async add(entries: readonly KeytabEntry[]): Promise<void> {
    this.#entries = [...this.#entries, ...entries]
  }

  async remove(match: (entry: KeytabEntry) => boolean): Promise<number> {
    const before = this.#entries.length
    this.#entries = this.#entries.filter(entry => !match(entry))
    return before - this.#entries.length
  }
}

/** Not state of the module: it hangs on the `Env` that the program made, and goes with it. */
const KEYTABS = new WeakMap<Env, Map<string, Keytab>>()
