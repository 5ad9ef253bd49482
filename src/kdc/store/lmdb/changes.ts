import type { Bytes } from '../../../core/bytes/bytes.ts'
import { encodeText } from '../../../core/bytes/text.ts'
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
  readonly #changed = new Map<string, Bytes | undefined>()

  constructor(db: Table) {
    this.#db = db
  }
  get(name: string): Bytes | undefined {
    return this.#changed.has(name) ? this.#changed.get(name) : read(this.#db, name)
  }
  put(name: string, octets: Bytes): void {
    if (keyOf(name) === undefined) throw new KrbError('ENAMETOOLONG', { name })
    this.#changed.set(name, octets)
  }
  delete(name: string): boolean {
    if (this.get(name) === undefined) return false
    this.#changed.set(name, undefined)
    return true
  }
  apply(): void {
    for (const [name, octets] of this.#changed) {
      const key = encodeText(name)
      void (octets === undefined ? this.#db.remove(key) : this.#db.put(key, octets))
    }
  }
}
