/**
 * Takes an open-file-description lock on the whole file and waits for it, as MIT's libraries do (F_OFD_SETLKW); closing `fd` drops it.
 * Without the optional package, or on a file system that has no locks, it takes none: an append is then still one O_APPEND write.
 *
 * Readers lock too. The package's own entry (13 ms of CPU time, it searches for its binary) would make that too dear for a program of
 * 30 ms; its binary loaded directly takes 0.5 ms.
 */
export async function lockFile(fd: number, kind: 'shared' | 'exclusive'): Promise<void> {
  const binding = loadBinding()
  if (binding === undefined) return
  const exclusive = kind === 'exclusive'
  try {
    binding.tryLock(fd, 0, 0, exclusive)
  } catch (error) {
    if (isBusy(error)) await wait(binding, fd, exclusive)
    else if (!isUnsupported(error)) throw error
  }
}

/** Whether locks are to be had. */
export function locksAvailable(): boolean {
  return loadBinding() !== undefined
}

/** Waits on the thread pool: the holder may be this very process. */
function wait(binding: LockBinding, fd: number, exclusive: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const request: { handle: unknown } = { handle: undefined }
    request.handle = binding.waitForLock(fd, 0, 0, exclusive, request, error => (error ? reject(error) : resolve()))
  })
}

/** Node's module cache makes the second call cheap. */
function loadBinding(): LockBinding | undefined {
  // The built programs are CommonJS, the sources ES modules.
  const load = typeof require === 'function' ? require : process.getBuiltinModule('node:module').createRequire(import.meta.url)
  for (const file of [`prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`, 'binding.js']) {
    try {
      return load(`fs-native-extensions/${file}`) as LockBinding
    } catch {
      // Not installed, or not built for this machine: an optional dependency.
    }
  }
  return undefined
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EACCES')
}

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && 'code' in error && UNSUPPORTED.has(String(error.code))
}

interface LockBinding {
  /** Throws EAGAIN when somebody else holds it. */
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
  waitForLock(
    fd: number,
    offset: number,
    length: number,
    exclusive: boolean,
    context: object,
    done: (this: object, error: Error | null | undefined) => void,
  ): unknown
}

const UNSUPPORTED = new Set(['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'])
