import type { Bytes } from '../../bytes/bytes.ts'
import type { Reader } from '../../bytes/reader.ts'
import type { Env, LocalStream } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import { decodeHead, decodeResults, encodeRequest, HEAD_BYTES, type KcmOp } from './protocol.ts'

/** A conversation with the KCM daemon, one request at a time, over one connection that is opened when it is needed. */
export class KcmConnection {
  readonly #path: string
  readonly #env: Pick<Env, 'sockets' | 'files' | 'host'>
  #stream: LocalStream | undefined
  #queue: Promise<unknown> = Promise.resolve()

  /** `path` is kcm_socket; `-` stands for no daemon. */
  constructor(path: string, env: Pick<Env, 'sockets' | 'files' | 'host'>) {
    this.#path = path
    this.#env = env
  }

  /** Zeroes the arguments. Throws `KRB5_KCM_NO_SERVER` when nobody is there, and the daemon's own errors. */
  call(op: KcmOp, ...args: readonly Bytes[]): Promise<Reader> {
    const answer = this.#queue.then(() => this.#exchange(op, args))
    this.#queue = answer.catch(() => undefined)
    return answer
  }

  /** Throws `KRB5_KCM_NO_SERVER` when nobody is there. */
  async open(): Promise<LocalStream> {
    this.#stream ??= await this.#connect()
    return this.#stream
  }

  async #exchange(op: KcmOp, args: readonly Bytes[]): Promise<Reader> {
    const request = encodeRequest(op, ...args)
    let answered = false
    try {
      const stream = await this.#send(request)
      const length = decodeHead(await stream.read(HEAD_BYTES))
      const body = await stream.read(length)
      answered = true
      return decodeResults(body)
    } catch (error) {
      // What follows on this stream would be the rest of this answer.
      if (!answered) this.#close()
      throw error
    } finally {
      request.fill(0)
      for (const arg of args) arg.fill(0)
    }
  }

  /** The daemon may have closed an idle connection (sssd's does): once more on a new one. */
  async #send(request: Bytes): Promise<LocalStream> {
    const stream = await this.open()
    try {
      await stream.write(request)
      return stream
    } catch (error) {
      if (!(error instanceof KrbError) || error.code !== 'EPIPE') throw error
      this.#close()
      const next = await this.open()
      await next.write(request)
      return next
    }
  }

  async #connect(): Promise<LocalStream> {
    const { sockets, files, host } = this.#env
    const path = this.#path
    if (path === '-' || sockets === undefined) throw new KrbError('KRB5_KCM_NO_SERVER', { path })
    // Whoever owns the socket gets the tickets. MIT's library does not look.
    const owner = (await files.stat(path))?.uid
    if (owner !== undefined && owner !== 0 && owner !== host.euid) {
      const hints = [`${path} belongs to uid ${owner}, which is neither root nor you: no tickets go there`]
      throw new KrbError('EACCES', { path, owner }, { hints })
    }
    try {
      return await sockets.connect(path)
    } catch (error) {
      if (!(error instanceof KrbError) || error.code !== 'ENOENT') throw error
      throw new KrbError('KRB5_KCM_NO_SERVER', { path }, { hints: [`there is no socket ${path} (kcm_socket)`], cause: error })
    }
  }

  #close(): void {
    this.#stream?.close()
    this.#stream = undefined
  }
}
