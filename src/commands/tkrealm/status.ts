import { askControl } from '../../platform/control-socket.ts'
import type { NamedRealm } from './folder.ts'

export interface RealmStatus {
  readonly realm: string
  readonly state: 'up' | 'down'
  /** Of the KDC on 127.0.0.1; null when it is down. */
  readonly port: number | null
  readonly pid: number | null
  readonly folder: string
}

/** What the process of a running realm says of itself. */
export interface ServingStatus {
  readonly port: number
  readonly pid: number
}

export async function realmStatus({ realm, files }: NamedRealm): Promise<RealmStatus> {
  const serving = (await askControl(files.control, { command: 'status' })) as ServingStatus | undefined
  const { port, pid } = serving ?? { port: null, pid: null }
  return { realm, state: serving === undefined ? 'down' : 'up', port, pid, folder: files.folder }
}
