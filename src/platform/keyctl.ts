import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { Keyctl, KeyctlAnswer, Possession } from '../core/env.ts'
import { type ErrorCode, KrbError } from '../core/errors/krb-error.ts'
import { POSIX } from '../core/errors/tables/posix.ts'

/** One run of keyutils' program, which makes the system calls that Node lacks. Secrets travel through its standard streams only. */
export const runKeyctl: Keyctl = async (words, options = {}) => {
  const [program, ...args] = options.under === undefined ? ['keyctl', ...words] : [...possessing(options.under), ...words]
  const done = spawnSync(program!, args, {
    input: options.input ?? new Uint8Array(0),
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    maxBuffer: MOST_OUTPUT,
    timeout: PATIENCE_MS,
  })
  if (done.error !== undefined) throw notRun(done.error)
  return answerOf(done)
}

/**
 * A session of its own that possesses the ring; the rights of a possessor are what opens keys below it. Kernels without persistent
 * keyrings have the user's own for the user (as MIT's library does it).
 */
function possessing(ring: Possession): readonly string[] {
  const link =
    ring.ring === 'user'
      ? 'keyctl link @u @s'
      : 'keyctl get_persistent @s "$0" >/dev/null || { [ "$0" = "$(id -u)" ] && keyctl link @u @s; }'
  const uid = ring.ring === 'user' ? 'user' : String(ring.uid)
  return ['keyctl', 'session', '-', 'sh', '-c', `{ ${link}; } && exec keyctl "$@"`, uid]
}

function answerOf(done: SpawnSyncReturns<Buffer>): KeyctlAnswer {
  const output: Bytes = new Uint8Array(done.stdout)
  done.stdout.fill(0)
  if (done.status === 0) return { output }
  return { output, failure: complaintCode(done.stderr.toString('latin1')) }
}

/** `keyctl_search: Required key not available`; the program has no other way to say which error it was. */
function complaintCode(complaint: string): ErrorCode {
  const text = complaint.trim().split('\n').at(-1)!.split(': ').at(-1)!
  const known = Object.entries(POSIX).find(([, [, message]]) => message === text)
  return known === undefined ? 'EIO' : (known[0] as keyof typeof POSIX)
}

function notRun(error: NodeJS.ErrnoException): unknown {
  if (error.code === 'ENOENT') return new KrbError('ENOENT', { path: 'keyctl' }, { cause: error })
  if (error.code === 'ETIMEDOUT') return new KrbError('ETIMEDOUT', { path: 'keyctl' }, { cause: error })
  if (error.code === 'ENOBUFS') return new KrbError('EFBIG', { path: 'keyctl' }, { cause: error })
  return error
}

/** The kernel's largest key is 1 MiB less one (big_key). */
const MOST_OUTPUT = 1 << 21
const PATIENCE_MS = 30_000
