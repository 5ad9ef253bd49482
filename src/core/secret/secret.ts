import type { Bytes } from '../bytes/bytes.ts'

/**
 * Owner of octets that must not be shown: passwords and keys. It lends them with `use`, zeroes them with `wipe` (or at the end of
 * a `using` block), and prints as `[secret 32 bytes]` everywhere: in text, JSON and `inspect`.
 */
export class Secret {
  readonly #octets: Bytes
  #wiped = false

  /** Takes ownership: the caller must not keep or change `octets`. */
  constructor(octets: Bytes) {
    this.#octets = octets
  }

  static copyOf(octets: Bytes): Secret {
    return new Secret(new Uint8Array(octets))
  }

  get length(): number {
    return this.#octets.length
  }

  /** Lends the octets for the length of the call; `fn` must not keep them. Throws after `wipe`. */
  use<T>(fn: (octets: Bytes) => T): T {
    if (this.#wiped) throw new Error('secret used after it was wiped')
    return fn(this.#octets)
  }

  wipe(): void {
    this.#octets.fill(0)
    this.#wiped = true
  }

  [Symbol.dispose](): void {
    this.wipe()
  }

  toString(): string {
    return `[secret ${this.#octets.length} bytes]`
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
