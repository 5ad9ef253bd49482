import { spawn } from 'node:child_process'
import type { LogSink } from '../../realm-desk.ts'

/**
 * Runs a program with an event on its standard input, one at a time; those that come meanwhile wait, a bounded number of them. It gets no arguments, so
 * that no name from outside reaches a command line.
 */
export function firstSeenHook(program: string, log: LogSink): (line: string) => void {
  const waiting: string[] = []
  let running = false
  const next = (): void => {
    const line = running ? undefined : waiting.shift()
    if (line === undefined) return
    running = true
    const child = spawn(program, [], { stdio: ['pipe', 'ignore', 'ignore'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' })
    const ended = (how: string | undefined) => {
      if (!running) return
      running = false
      if (how !== undefined) log('error', `audit: ${program} ${how}`)
      next()
    }
    child.on('error', error => ended(`cannot be run: ${error.message}`))
    child.on('close', (status, signal) => ended(status === 0 ? undefined : `ended with ${signal ?? `status ${status}`}`))
    // A program that does not read its input is free not to.
    child.stdin.on('error', () => {})
    child.stdin.end(line)
  }
  return line => {
    if (waiting.length >= MOST_WAITING) {
      log('error', `audit: ${program} is too slow, an event was not given to it`)
      return
    }
    waiting.push(line)
    next()
  }
}

const MOST_WAITING = 100
const TIMEOUT_MS = 30_000
