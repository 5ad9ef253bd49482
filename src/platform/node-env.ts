import { readFileSync } from 'node:fs'
import * as os from 'node:os'
import type { Clock, Env, Host } from '../core/env.ts'
import type { TraceEvent } from '../core/trace/events.ts'
import { nodeFiles } from './files.ts'
import { nodePrompter } from './prompter.ts'

export interface NodeEnvOptions {
  /** Takes every trace event; without it there is no trace. */
  readonly trace?: (event: TraceEvent) => void
  /** Where prompts go; commands with `--json` keep standard output clean. */
  readonly prompts?: 'stdout' | 'stderr'
}

/** The world of a Node process. */
export function nodeEnv(options: NodeEnvOptions = {}): Env {
  const { trace } = options
  const vars = isPrivileged() ? {} : process.env
  return {
    clock: vars.TKRB5_CLOCK === undefined ? systemClock() : shiftedClock(vars.TKRB5_CLOCK),
    random,
    vars,
    host: nodeHost(),
    files: nodeFiles(),
    prompter: nodePrompter(options.prompts ?? 'stdout'),
    sockets: { connect: async path => (await import('./local-socket.ts')).connectLocal(path) },
    keyctl: async (words, options) => (await import('./keyctl.ts')).runKeyctl(words, options),
    trace: trace ?? (() => undefined),
  }
}

/**
 * Node's clock has milliseconds. Two authenticators made in the same one would be taken for a replay (RFC 4120 §3.2.3), so the
 * microseconds count up within it.
 */
export function systemClock(): Clock {
  let lastMs = 0
  let extra = 0
  return {
    now() {
      const ms = Date.now()
      extra = ms === lastMs ? Math.min(extra + 1, 999) : 0
      lastMs = ms
      return { seconds: Math.floor(ms / 1000), micros: (ms % 1000) * 1000 + extra }
    },
  }
}

/** The time of a tkrealm realm whose clock can be moved: the file holds its seconds ahead of the system's (behind, when negative). */
function shiftedClock(path: string): Clock {
  const base = systemClock()
  return {
    now() {
      const { seconds, micros } = base.now()
      return { seconds: seconds + offsetIn(path), micros }
    },
  }
}

function offsetIn(path: string): number {
  try {
    const offset = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(offset) ? offset : 0
  } catch {
    return 0 // the realm is gone, and its time with it
  }
}

/** node:crypto costs 5 ms to load, and tklist needs no random octets. */
function random(length: number): Uint8Array {
  return new Uint8Array(process.getBuiltinModule('node:crypto').randomBytes(length))
}

function nodeHost(): Host {
  return {
    hostname: () => os.hostname(),
    uid: process.getuid?.() ?? 0,
    euid: process.geteuid?.() ?? 0,
    username,
    pid: process.pid,
  }
}

function username(): string | undefined {
  try {
    return os.userInfo().username
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR') return undefined
    throw error
  }
}

/** Set-uid or set-gid: whoever set the variables is not the one whose rights we have. */
function isPrivileged(): boolean {
  return process.getuid?.() !== process.geteuid?.() || process.getgid?.() !== process.getegid?.()
}
