import type { Bytes } from '../../bytes/bytes.ts'
import { decodeText, encodeText } from '../../bytes/text.ts'
import type { Env, Possession } from '../../env.ts'
import { type ErrorCode, KrbError } from '../../errors/krb-error.ts'
import { displayText } from '../../principal/display.ts'

/** A key's serial number in decimal, or one of keyctl's names for the keyrings that everybody has (`@s`, `@u`, `@us`). */
export type KeyId = string

/** The kernel's keys (keyrings(7)), with the rights of one possessor. Failures are KrbErrors with the errno's name. */
export class Keys {
  readonly #env: Pick<Env, 'keyctl'>
  readonly #under: Possession | undefined

  constructor(env: Pick<Env, 'keyctl'>, under?: Possession) {
    this.#env = env
    this.#under = under
  }

  /** The keyring behind one of the names. */
  async id(name: KeyId): Promise<KeyId> {
    return (await this.#text(['id', name])).trim()
  }

  /** Below `ring`, at any depth; undefined when there is none. */
  async search(ring: KeyId, type: 'keyring' | 'user', name: string): Promise<KeyId | undefined> {
    const { output, failure } = await this.#ask(['search', ring, type, spelled(name)])
    return failure === undefined ? decodeText(output).trim() : undefined
  }

  async addKeyring(name: string, ring: KeyId): Promise<KeyId> {
    return (await this.#text(['newring', spelled(name), ring])).trim()
  }

  /** Replaces the key of that type and name in `ring`. Zeroes `content`. */
  async addKey(type: 'user' | 'big_key', name: string, content: Bytes, ring: KeyId): Promise<KeyId> {
    return (await this.#text(['padd', type, spelled(name), ring], content)).trim()
  }

  /** Keys and keyrings in `ring`, in the kernel's order. */
  async list(ring: KeyId): Promise<readonly KeyId[]> {
    return (await this.#text(['rlist', ring])).split(/\s+/).filter(id => id !== '')
  }

  async read(key: KeyId): Promise<Bytes> {
    return this.#must(['pipe', key])
  }

  async describe(key: KeyId): Promise<{ readonly type: string; readonly name: string }> {
    const text = (await this.#text(['rdescribe', key])).replace(/\n$/, '')
    return { type: text.slice(0, text.indexOf(';')), name: text.slice(text.lastIndexOf(';') + 1) }
  }

  /** A key of the same type and name that is in `ring` gives way. */
  async link(key: KeyId, ring: KeyId): Promise<void> {
    await this.#must(['link', key, ring])
  }

  async unlink(key: KeyId, ring: KeyId): Promise<void> {
    await this.#must(['unlink', key, ring])
  }

  async clear(ring: KeyId): Promise<void> {
    await this.#must(['clear', ring])
  }

  /** The kernel drops the key after that many seconds; not before the owner may do so is no error. */
  async expireIn(seconds: number, key: KeyId): Promise<void> {
    await this.#ask(['timeout', key, String(seconds)])
  }

  async #text(words: readonly string[], input?: Bytes): Promise<string> {
    return decodeText(await this.#must(words, input))
  }

  async #must(words: readonly string[], input?: Bytes): Promise<Bytes> {
    const { output, failure } = await this.#ask(words, input)
    if (failure !== undefined) throw new KrbError(failure)
    return output
  }

  async #ask(words: readonly string[], input?: Bytes): Promise<{ readonly output: Bytes; readonly failure?: ErrorCode }> {
    const { keyctl } = this.#env
    const under = this.#under
    try {
      if (keyctl === undefined) throw new KrbError('ENOENT')
      return await keyctl(words, { ...(input !== undefined && { input }), ...(under !== undefined && { under }) })
    } catch (error) {
      if (!(error instanceof KrbError) || error.code !== 'ENOENT') throw error
      const text = 'KEYRING caches need the program keyctl (package keyutils), which is not installed'
      throw new KrbError('KRB5_CC_UNKNOWN_TYPE', { type: 'KEYRING' }, { text, cause: error })
    } finally {
      input?.fill(0)
    }
  }
}

/** Arguments of a program cannot hold NUL, nor Node pass octets that are no UTF-8: escaped, such names are our own and still distinct. */
function spelled(name: string): string {
  const octets = encodeText(name)
  return name.includes('\0') || Buffer.from(octets).toString('utf8') !== name ? displayText(name) : name
}
