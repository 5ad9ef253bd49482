import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerRealm, startMitRealm } from '../../helpers/mit-realm.ts'
import { startOwnAdminRealm } from '../../helpers/own-admin-realm.ts'
import { ours } from '../../helpers/own-realm.ts'
import { type Finished, run, runAsync, which } from '../../helpers/process.ts'
import { ACL, SETUP } from './callers.ts'
import { passwordOf, type Run } from './scene.ts'

/** A kadmin, a kadmind, and a realm of their own. */
export interface Pair {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  kadmin(run: Run): Promise<Finished>
  /** Requests for the database itself, by the server's own kadmin.local. */
  local(requests: readonly string[]): Finished
  /** What kadmind has written since it was asked last. */
  log(): string
  stop(): Promise<void>
}

export type Maker = 'mit' | 'own'

export async function startPair(client: Maker, server: Maker): Promise<Pair> {
  const realm = await (server === 'mit'
    ? startMitRealm({ realm: 'EX.TEST', acl: ACL, keySalts: KEY_SALTS })
    : startOwnAdminRealm(ACL, { realm: 'EX.TEST', keySalts: KEY_SALTS }))
  try {
    return prepared(realm, client, server)
  } catch (error) {
    await realm.stop()
    throw error
  }
}

/** What both sides print, with what differs from run to run made equal. */
export function levelled(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<FOLDER>')
    .replaceAll('<FOLDER>/bin/', '')
    .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}/g, date => relative(date, Date.parse(date.slice(4)) / 1000))
    .replace(/(?<=\t)\d{10}(?=\t)/g, seconds => relative(seconds, Number(seconds)))
}

/** The lines of a log without date, host, process and program. */
export function levelledLog(text: string): string[] {
  return text.split('\n').map(line => line.replace(/^\w{3} \d\d \d\d:\d\d:\d\d \S+ t?kadmind\[\d+\]/, ''))
}

function prepared(realm: PeerRealm, client: Maker, server: Maker): Pair {
  const { folder } = realm
  const path = (name: string) => join(folder, name)
  const env = { ...realm.env, USER: 'root', COLUMNS: '1000' }
  const serverEnv = { ...env, KRB5_KDC_PROFILE: path('kdc.conf') }
  const inFolder = (words: readonly string[]) => words.map(word => word.replaceAll('FOLDER', folder))
  const local = (requests: readonly string[]) =>
    run(server === 'mit' ? 'kadmin.local' : ours('tkadmin.local'), ['-r', realm.realm], {
      env: serverEnv,
      input: `${inFolder(requests).join('\n')}\n`,
    })
  const made = local(SETUP)
  if (made.stderr !== '') throw new Error(`setup: ${made.stderr}`)
  mkdirSync(path('bin'))
  symlinkSync(client === 'mit' ? which('kadmin')! : ours('tkadmin'), path('bin/kadmin'))
  for (const [cache, who, ...args] of CACHES) {
    const { code, stderr } = run('kinit', ['-c', path(cache), ...args, who], { env, input: `${passwordOf(who)}\n` })
    if (code !== 0) throw new Error(`kinit ${who}: ${stderr}`)
  }
  let seen = readFileSync(path('kadmind.log'), 'utf8').length
  return {
    folder,
    env,
    local,
    kadmin: ({ args, input = '' }) => runAsync(path('bin/kadmin'), inFolder(args), { env, input: inFolder([input])[0]! }),
    log: () => {
      const all = readFileSync(path('kadmind.log'), 'utf8')
      const fresh = all.slice(seen)
      seen = all.length
      return fresh
    },
    stop: () => realm.stop(),
  }
}

/** Hours are what requests count in from now. */
function relative(text: string, seconds: number): string {
  const hours = Math.round((seconds - Date.now() / 1000) / 3600)
  return Math.abs(hours) > 400 * 24 ? text : `<NOW${hours === 0 ? '' : `${hours > 0 ? '+' : ''}${hours}h`}>`
}

/** Those that cost least. */
const KEY_SALTS = 'aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal'

const CACHES = [
  ['admin.cache', 'root/admin', '-S', 'kadmin/admin'],
  ['self.cache', 'self', '-S', 'kadmin/admin'],
  ['tgt.cache', 'root/admin'],
] as const
