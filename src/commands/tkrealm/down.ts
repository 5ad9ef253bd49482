import { existsSync, rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { askControl } from '../../platform/control-socket.ts'
import type { NamedRealm } from './folder.ts'

export interface DownResult {
  readonly realm: string
  /** It ran and was stopped. */
  readonly stopped: boolean
  readonly destroyed: boolean
}

/** Stops the realm's process and waits until it is gone; with `destroy` its folder goes too. */
export async function down({ realm, files }: NamedRealm, destroy: boolean): Promise<DownResult> {
  const stopped = (await askControl(files.control, { command: 'stop' })) !== undefined
  while (stopped && (await askControl(files.control, { command: 'status' })) !== undefined) await pause(POLL_MS)
  const destroyed = destroy && existsSync(files.kdcConf)
  if (destroyed) rmSync(files.folder, { recursive: true, force: true })
  return { realm, stopped, destroyed }
}

const POLL_MS = 15
