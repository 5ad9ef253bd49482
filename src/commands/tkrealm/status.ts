import { askControl } from '../../platform/control-socket.ts'
import type { NamedRealm } from './folder.ts'

export interface RealmStatus {
  readonly realm: string
  readonly state: 'up' | 'down'
  /** Of the KDC on 127.0.0.1; null when it is down. */
  readonly port: number | null
  /** Of administration and of the password server. */
  readonly kadmin: number | null
  readonly kpasswd: number | null
  readonly pid: number | null
  readonly folder: string
}

/** What the process of a running realm says of itself. */
export interface ServingStatus {
  readonly port: number
  readonly kadmin: number | null
  readonly kpasswd: number | null
  readonly pid: number
}

export async function realmStatus({ realm, files }: NamedRealm): Promise<RealmStatus> {
  const serving = (await askControl(files.control, { command: 'status' })) as ServingStatus | undefined
  const { port, kadmin, kpasswd, pid } = serving ?? { port: null, kadmin: null, kpasswd: null, pid: null }
  return { realm, state: serving === undefined ? 'down' : 'up', port, kadmin, kpasswd, pid, folder: files.folder }
}
