import type { StoreTx } from '../store.ts'
import { Changes } from './changes.ts'
import { translated } from './errors.ts'
import { requireRoom } from './files.ts'
import type { OpenFile } from './open-file.ts'

interface Write {
  /** Makes its changes; what it returns is called when they are on disk. */
  make(): () => void
  reject(error: unknown): void
}

interface Batch {
  readonly open: OpenFile
  readonly writes: Write[]
}

/**
 * Writes that are asked for before the transaction of the first of them has begun share it, and its way to the disk. Each is all or
 * nothing, and sees the changes of those before it.
 */
export class WriteTogether {
  readonly #path: string
  #gathering: Batch | undefined

  /** `path` is for errors. */
  constructor(path: string) {
    this.#path = path
  }

  write<T>(open: OpenFile, fn: (tx: StoreTx) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const make = () => {
        const changes = new Changes(open.principals, open.policies)
        const result = fn(changes)
        changes.apply()
        return () => resolve(result)
      }
      this.#batchFor(open).writes.push({ make, reject })
    })
  }

  #batchFor(open: OpenFile): Batch {
    if (this.#gathering?.open !== open) {
      this.#gathering = { open, writes: [] }
      void this.#commit(this.#gathering)
    }
    return this.#gathering
  }

  async #commit(batch: Batch): Promise<void> {
    const ends: (() => void)[] = []
    try {
      await translated(this.#path, async () => {
        requireRoom(this.#path)
        await batch.open.root.transaction(() => {
          this.#close(batch)
          for (const write of batch.writes) ends.push(made(write))
        })
      })
    } catch (error) {
      this.#close(batch)
      for (const { reject } of batch.writes) reject(error)
      return
    }
    for (const end of ends) end()
  }

  #close(batch: Batch): void {
    if (this.#gathering === batch) this.#gathering = undefined
  }
}

/** A write that throws leaves no changes, and the others go on. */
function made({ make, reject }: Write): () => void {
  try {
    return make()
  } catch (error) {
    return () => reject(error)
  }
}
