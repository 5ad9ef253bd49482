/** A string as JSON; names are mostly plain, and then nothing needs to be escaped. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** A list of strings as JSON. */
export function quotedList(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(',')}]`
}

/** Values that come again and again (a client's list of enctypes, the flags of a ticket, a second of the clock), kept up to a bound. */
export class Remembered<K, V> {
  readonly #make: (key: K) => V
  readonly #made = new Map<K, V>()

  constructor(make: (key: K) => V) {
    this.#make = make
  }

  of(key: K): V {
    const known = this.#made.get(key)
    if (known !== undefined) return known
    if (this.#made.size >= MOST) this.#made.clear()
    const made = this.#make(key)
    this.#made.set(key, made)
    return made
  }
}

const PLAIN = /^[ !#-[\]-~]*$/
const MOST = 256
