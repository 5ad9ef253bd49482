import { encodeKeytab } from '../../../core/keytab/format.ts'
import type { Keytab, KeytabEntry } from '../../../core/keytab/keytab.ts'
import { Secret } from '../../../core/secret/secret.ts'

/** Where ktadd puts keys, with the name that it prints. */
export interface KeyTarget {
  readonly keytab: Pick<Keytab, 'add'>
  readonly label: string
}

/** A keytab that ends on standard output as one line of base64, the form in which Kubernetes and the like keep secrets. */
export class PrintedKeytab implements KeyTarget {
  readonly label = 'standard output'
  readonly #print: (text: string) => void
  readonly #entries: KeytabEntry[] = []

  constructor(print: (text: string) => void) {
    this.#print = print
  }

  readonly keytab = {
    /** Keeps copies of the keys: the caller wipes its own. */
    add: async (entries: readonly KeytabEntry[]): Promise<void> => {
      for (const entry of entries) {
        const value = entry.key.value.use(octets => Secret.copyOf(octets))
        this.#entries.push({ ...entry, key: { ...entry.key, value } })
      }
    },
  }

  /** Nothing when there are no keys. Also when some principals failed: the keys of the others have been changed by now. */
  print(): void {
    if (this.#entries.length === 0) return
    const octets = encodeKeytab(this.#entries)
    this.#print(`${Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64')}\n`)
    octets.fill(0)
    for (const { key } of this.#entries) key.value.wipe()
  }
}
