import { TKREALM } from '../../core/config/state-folder.ts'
import type { DownResult } from './down.ts'
import type { RealmStatus } from './status.ts'
import type { UpResult } from './up.ts'

export function upText(result: UpResult, program: string): string {
  const verb = result.already ? 'is up already' : 'is up'
  const first = `Realm ${result.realm} ${verb}: KDC on 127.0.0.1 port ${result.port}, files in ${result.folder}\n`
  if (result.otherConfiguration === null) return first
  const name = result.realm === TKREALM ? '' : ` --realm ${result.realm}`
  return `${first}Programs here read ${result.otherConfiguration} first. To join this realm:\n  eval "$(${program} env${name})"\n`
}

export function downText({ realm, stopped, destroyed }: DownResult): string {
  const was = stopped ? `Realm ${realm} is down` : `Realm ${realm} was not up`
  return `${was}${destroyed ? ', and its folder is removed' : ''}\n`
}

/** For a POSIX shell's eval. */
export function exportsText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}

export const STATUS_HEADING: readonly string[] = ['realm', 'state', 'KDC', 'pid', 'folder']

export function statusRow({ realm, state, port, pid, folder }: RealmStatus): readonly string[] {
  return [realm, state, port === null ? '-' : `127.0.0.1:${port}`, pid === null ? '-' : String(pid), folder]
}

function quoted(value: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
