import type { Bytes } from './bytes/bytes.ts'
import type { ErrorCode } from './errors/tables/index.ts'
import type { Secret } from './secret/secret.ts'
import type { TraceEvent } from './trace/events.ts'

/** The world as the core sees it. `platform/node-env.ts` implements it with Node, tests with fixed values. */
export interface Env {
  readonly clock: Clock
  /** Octets of the operating system's generator (threat T21). */
  random(length: number): Bytes
  /** Environment variables; a privileged (set-uid) context hands in an empty record. */
  readonly vars: Readonly<Record<string, string | undefined>>
  readonly host: Host
  readonly files: Files
  readonly prompter: Prompter
  /** Daemons behind Unix sockets; absent where there are none. */
  readonly sockets?: LocalSockets
  /** The kernel's keyrings; absent where there are none. */
  readonly keyctl?: Keyctl
  trace(event: TraceEvent): void
}

export interface LocalSockets {
  /** Failures here and on the stream are KrbErrors with the errno's name as code and `{ path }`. */
  connect(path: string): Promise<LocalStream>
}

/** A connection to a daemon of this machine. An open one that nobody reads from does not keep the process alive. */
export interface LocalStream {
  /** `EPIPE` when the daemon has closed its end. */
  write(octets: Bytes): Promise<void>
  /** Exactly that many octets; `ECONNRESET` when there will not be as many, `ETIMEDOUT` when the daemon stays silent. */
  read(count: number): Promise<Bytes>
  close(): void
}

/**
 * Runs one request of keyutils' keyctl program (`['search', '@s', 'keyring', 'name']`), with `input` as its standard input and
 * `under` as the keyring that it possesses instead of this process's session. Throws `ENOENT` where the program is not installed.
 */
export type Keyctl = (words: readonly string[], options?: { readonly input?: Bytes; readonly under?: Possession }) => Promise<KeyctlAnswer>

/** The user's keyring, or the persistent keyring of a uid: possession of them has to be arranged (keyrings(7)). */
export type Possession = { readonly ring: 'user' } | { readonly ring: 'persistent'; readonly uid: number }

export interface KeyctlAnswer {
  /** What the program printed: text, or with `pipe` a key's octets. */
  readonly output: Bytes
  /** The errno's name behind its complaint when it failed. */
  readonly failure?: ErrorCode
}

export interface Clock {
  now(): Instant
}

/** A point in time: whole seconds since 1970 and microseconds 0..999999, as KerberosTime and cusec want them. */
export interface Instant {
  readonly seconds: number
  readonly micros: number
}

export interface Host {
  hostname(): string
  readonly uid: number
  readonly euid: number
  /** Login name of the effective uid; undefined for a uid without passwd entry. */
  username(): string | undefined
  readonly pid: number
}

/**
 * Files, with MIT's habits (docs/formats/ccache.md). Every failure is a KrbError with the errno's name as code
 * (`ENOENT`, `EACCES`, ...) and `{ path }`.
 */
export interface Files {
  /** Whole content of a regular file (never hangs on a FIFO); more than `maxBytes` is EFBIG. */
  read(path: string, options?: { readonly maxBytes?: number }): Promise<Bytes>
  /** As `read`, under a shared lock; with `first` no more than that many octets from the beginning. */
  readLocked(path: string, options?: { readonly maxBytes?: number; readonly first?: number }): Promise<Bytes>
  /** undefined when there is nothing; symbolic links are followed. */
  stat(path: string): Promise<FileInfo | undefined>
  /** Names in a folder, without `.` and `..`, in directory order. */
  list(folder: string): Promise<readonly string[]>
  /**
   * The new content appears whole or not at all: O_EXCL file beside the target with `mode`, synced, renamed over it.
   * Refuses to replace anything but a regular file or a symbolic link (a link is replaced, its target stays).
   */
  replace(path: string, content: Bytes, options?: { readonly mode?: number }): Promise<void>
  /** One O_APPEND write under an exclusive lock; the file must exist. */
  append(path: string, content: Bytes): Promise<void>
  /**
   * Under an exclusive lock: hands the present content to `edit` and carries out the patches it returns, in place. `create`
   * makes a missing file (O_EXCL, that mode) with empty content first.
   */
  edit(path: string, edit: (content: Bytes) => readonly Patch[], options?: { readonly create?: number }): Promise<void>
  /** Unlinks a regular file or a link, then zeroes what the name pointed to, as kdestroy does; other kinds are refused. */
  shred(path: string): Promise<void>
  /** Creates one folder (not its parents). */
  makeFolder(path: string, mode: number): Promise<void>
}

export interface FileInfo {
  readonly kind: 'file' | 'folder' | 'other'
  readonly mode: number
  readonly uid: number
  readonly size: number
}

/** Octets to put at an offset; an offset at the end of the content appends. */
export interface Patch {
  readonly at: number
  readonly content: Bytes
}

export interface Prompter {
  /** Prints the prompt and reads one line without echo. End of input: `KRB5_LIBOS_CANTREADPWD`. */
  secret(prompt: string): Promise<Secret>
  /** Prints the prompt and reads one line; undefined at end of input. */
  line(prompt: string): Promise<string | undefined>
}
