import type { Bytes } from '../../bytes/bytes.ts'
import type { Env, Files } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { Principal } from '../../principal/principal.ts'
import { decodeKeytab } from '../format.ts'
import type { Keytab, KeytabEntry } from '../keytab.ts'
import { lookup } from '../lookup.ts'
import { planAdd, planRemove } from '../plan.ts'

/** `prefix` is FILE or WRFILE, which mean the same and are shown as they were given. */
export function fileKeytab(prefix: string, path: string, env: Env): Keytab {
  return new FileKeytab(prefix, path, env.files)
}

class FileKeytab implements Keytab {
  readonly name: string
  readonly #path: string
  readonly #files: Files

  constructor(prefix: string, path: string, files: Files) {
    this.name = `${prefix}:${path}`
    this.#path = path
    this.#files = files
  }

  async entries(): Promise<readonly KeytabEntry[]> {
    return this.#guard(async () => {
      const octets = await this.#files.readLocked(this.#path)
      try {
        return decodeKeytab(octets).entries.map(placed => placed.entry)
      } finally {
        octets.fill(0)
      }
    })
  }

  async find(principal: Principal, kvno: number, etype: number): Promise<KeytabEntry> {
    return lookup(await this.entries(), principal, kvno, etype, this.name)
  }

  async add(entries: readonly KeytabEntry[]): Promise<void> {
    await this.#edit(octets => planAdd(octets, entries), { create: 0o600 })
  }

  async remove(match: (entry: KeytabEntry) => boolean): Promise<number> {
    let removed = 0
    await this.#edit(octets => {
      const plan = planRemove(octets, match)
      removed = plan.removed
      return plan.patches
    })
    return removed
  }

  async #edit(plan: (octets: Bytes) => ReturnType<typeof planAdd>, options?: { readonly create: number }): Promise<void> {
    await this.#guard(() =>
      this.#files.edit(
        this.#path,
        octets => {
          try {
            return plan(octets)
          } finally {
            octets.fill(0)
          }
        },
        options,
      ),
    )
  }

  async #guard<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      const text = error.code === 'ENOENT' ? `Key table file '${this.#path}' not found` : error.message
      throw new KrbError(error.code, { ...error.params, path: this.#path }, { text, hints: error.hints, cause: error })
    }
  }
}
