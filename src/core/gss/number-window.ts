/**
 * Which numbers of a counting sender have been seen, in constant memory: the highest and a bit for each of the `size` numbers up to it.
 * Gaps are allowed and may be filled in later; what is older than the window counts as seen.
 */
export class NumberWindow {
  readonly #size: bigint
  readonly #mask: bigint
  readonly #first: bigint
  /** Distance of the highest number from the first; -1 before any. */
  #highest = -1n
  /** Bit n: the number n below the highest was seen. */
  #seen = 0n

  /** Numbers are unsigned, of 64 bits, and wrap around; those that lie before `first` were never sent and are `old`. */
  constructor(size: number, first: bigint) {
    this.#size = BigInt(size)
    this.#mask = (1n << this.#size) - 1n
    this.#first = first
  }

  standing(number: bigint): 'new' | 'seen' | 'old' {
    const distance = this.#distance(number)
    if (distance < 0n) return 'old'
    const below = this.#highest - distance
    if (below < 0n) return 'new'
    if (below >= this.#size) return 'old'
    return (this.#seen >> below) & 1n ? 'seen' : 'new'
  }

  /** Call with `new` numbers only. */
  mark(number: bigint): void {
    const distance = this.#distance(number)
    const ahead = distance - this.#highest
    if (ahead <= 0n) this.#seen |= 1n << -ahead
    else {
      this.#seen = ahead >= this.#size ? 1n : ((this.#seen << ahead) | 1n) & this.#mask
      this.#highest = distance
    }
  }

  /** Signed: the far half of the numbers lies before the first. */
  #distance(number: bigint): bigint {
    return BigInt.asIntN(64, number - this.#first)
  }
}
