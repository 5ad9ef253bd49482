import type { Peer } from './peers.ts'
import { type Daemon, type Finished, type RunOptions, run, startDaemon, which } from './process.ts'

/** keyutils, and a kernel that has keyrings. */
export function keyrings(): Peer {
  if (which('keyctl') === undefined) return { present: false, reason: 'keyutils is not installed' }
  const present = run('keyctl', ['session', '-', 'keyctl', 'newring', 'try', '@s']).code === 0
  return { present, reason: 'this kernel or sandbox has no keyrings' }
}

/** A session keyring that lasts for a test: programs that `run` starts join it. */
export interface KeyringSession {
  run(program: string, args: readonly string[], options?: RunOptions): Finished
  end(): Promise<unknown>
}

export async function keyringSession(): Promise<KeyringSession> {
  const name = `tkrb5-test-${process.pid}-${Math.random()}`
  const holder: Daemon = await startDaemon('keyctl', ['session', name, 'sh', '-c', JOINABLE], {
    ready: output => output.includes('ready'),
  })
  return {
    run(program, args, options) {
      const done = run('keyctl', ['session', name, program, ...args], options)
      return { ...done, stderr: done.stderr.replace(/^Joined session keyring: .*\n/, '') }
    },
    end: () => holder.stop(),
  }
}

/** Only a session that its user may search can be joined by name (keyrings(7)). */
const JOINABLE = 'keyctl setperm @s 0x3f3f0000; echo ready; exec sleep 600'
