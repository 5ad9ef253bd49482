import type { Env } from '../../../../src/core/env.ts'
import { nodeFiles } from '../../../../src/platform/files.ts'

/** Real files, a standing clock, and nothing of the machine's settings. */
export function world(vars: Readonly<Record<string, string>> = {}): Env {
  return {
    clock: { now: () => ({ seconds: 1_000_010_000, micros: 0 }) },
    random: length => new Uint8Array(length),
    vars,
    host: { hostname: () => 'web.a.test', uid: 1000, euid: 1001, username: () => 'alice', pid: 1 },
    files: nodeFiles(),
    prompter: {
      secret: () => Promise.reject(new Error('nobody asks here')),
      line: () => Promise.reject(new Error('nobody asks here')),
    },
    trace: () => undefined,
  }
}
