import type { Bytes } from '../../../core/bytes/bytes.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { Principal } from '../../../core/principal/principal.ts'
import type { PolicyEntry, PrincipalEntry } from '../entry.ts'
import { decodePolicyEntry, decodePrincipalEntry, encodePolicyEntry, encodePrincipalEntry } from '../entry-codec.ts'
import { entryName } from '../entry-name.ts'
import type { StoreTx } from '../store.ts'
import { keyOf, read, type Table } from './tables.ts'

/** What a transaction has changed so far; nothing reaches the database when `fn` throws. */
export class Changes implements StoreTx {
  readonly #principals: Overlay
  readonly #policies: Overlay

  constructor(principals: Table, policies: Table) {
    this.#principals = new Overlay(principals)
    this.#policies = new Overlay(policies)
  }

  principal(name: Principal): PrincipalEntry | undefined {
    const octets = this.#principals.get(entryName(name))
    return octets === undefined ? undefined : decodePrincipalEntry(octets)
  }
  putPrincipal(entry: PrincipalEntry): void {
    this.#principals.put(entryName(entry.principal), encodePrincipalEntry(entry))
  }
  deletePrincipal(name: Principal): boolean {
    return this.#principals.delete(entryName(name))
  }
  policy(name: string): PolicyEntry | undefined {
    const octets = this.#policies.get(name)
    return octets === undefined ? undefined : decodePolicyEntry(octets)
  }
  putPolicy(entry: PolicyEntry): void {
    this.#policies.put(entry.name, encodePolicyEntry(entry))
  }
  deletePolicy(name: string): boolean {
    return this.#policies.delete(name)
  }
  apply(): void {
    this.#principals.apply()
    this.#policies.apply()
  }
}

class Overlay {
  readonly #db: Table
  readonly #changed = new Map<string, { readonly key: Bytes; readonly octets: Bytes | undefined }>()

  constructor(db: Table) {
    this.#db = db
  }
  get(name: string): Bytes | undefined {
    const changed = this.#changed.get(name)
    return changed === undefined ? read(this.#db, name) : changed.octets
  }
  put(name: string, octets: Bytes): void {
    const key = keyOf(name)
    if (key === undefined) throw new KrbError('ENAMETOOLONG', { name })
    this.#changed.set(name, { key, octets })
  }
  delete(name: string): boolean {
    const key = keyOf(name)
    if (key === undefined || this.get(name) === undefined) return false
    this.#changed.set(name, { key, octets: undefined })
    return true
  }
  apply(): void {
    for (const { key, octets } of this.#changed.values()) {
      void (octets === undefined ? this.#db.remove(key) : this.#db.put(key, octets))
    }
  }
}
