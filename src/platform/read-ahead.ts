import { read } from 'node:fs'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { Prompter } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { nodePrompter } from './prompter.ts'

/**
 * For a program that reads standard input, which is not a terminal, to its end: a prompter that takes large pieces, where the ordinary
 * one takes octet after octet to leave the rest to others. Questions are answered from the same pieces.
 */
export function readAheadPrompter(promptsTo: 'stdout' | 'stderr'): Prompter {
  const lines = new ReadAhead()
  return nodePrompter(promptsTo, limit => lines.line(limit))
}

class ReadAhead {
  readonly #buffer = Buffer.alloc(PIECE)
  #from = 0
  #to = 0
  #ended = false

  /** Throws `KRB5_LIBOS_CANTREADPWD` for a line of `limit` octets or more, and when reading fails. */
  async line(limit: number): Promise<Bytes | undefined> {
    let begun: Bytes = new Uint8Array(0)
    for (;;) {
      const newline = this.#buffer.subarray(this.#from, this.#to).indexOf(NEWLINE)
      const end = newline < 0 ? this.#to : this.#from + newline
      if (begun.length + end - this.#from >= limit) throw new KrbError('KRB5_LIBOS_CANTREADPWD', { limit })
      const line = joined(begun, this.#buffer.subarray(this.#from, end))
      this.#buffer.fill(0, this.#from, end)
      if (newline >= 0) {
        this.#from = end + 1
        return line
      }
      begun = line
      await this.#fill()
      if (this.#ended) return begun.length === 0 ? undefined : begun
    }
  }

  /** Beside the event loop: work in hand goes on while nobody says anything. */
  async #fill(): Promise<void> {
    this.#from = 0
    this.#to = await new Promise<number>((resolve, reject) => {
      read(0, this.#buffer, 0, PIECE, null, (error, length) => {
        if (error === null) resolve(length)
        // The writer's end does not block: nothing there yet.
        else if (error.code === 'EAGAIN') setTimeout(() => this.#fill().then(() => resolve(this.#to), reject), POLL_MS)
        else if (error.code === 'EOF') resolve(0)
        else reject(new KrbError('KRB5_LIBOS_CANTREADPWD', {}, { cause: error }))
      })
    })
    this.#ended = this.#to === 0
  }
}

/** A copy; the pieces may have held a password and are wiped. */
function joined(begun: Bytes, more: Bytes): Bytes {
  const whole = new Uint8Array(begun.length + more.length)
  whole.set(begun)
  whole.set(more, begun.length)
  begun.fill(0)
  return whole
}

const PIECE = 65_536
const NEWLINE = 0x0a
const POLL_MS = 20
