/** Text that grows by many small pieces; it keeps a few large ones, which is what the garbage collector likes. */
export class LongText {
  readonly #chunks: string[] = []
  #pieces: string[] = []

  add(piece: string): void {
    this.#pieces.push(piece)
    if (this.#pieces.length === PIECES) this.#join()
  }

  whole(): string {
    this.#join()
    return this.#chunks.join('')
  }

  #join(): void {
    this.#chunks.push(this.#pieces.join(''))
    this.#pieces = []
  }
}

const PIECES = 256
