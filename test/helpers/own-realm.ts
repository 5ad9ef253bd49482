import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AES_KEYS, clientEnv, must, type PeerRealm, peerRealm, type RealmOptions, splitWords, writeClientConfig } from './mit-realm.ts'
import type { TestHost } from './namespaces.ts'
import { accepts, freePort, run, startDaemon } from './process.ts'
import { scratchFolder } from './scratch.ts'

/** The path of one of our programs, as built. */
export function ours(program: string): string {
  return resolve(import.meta.dirname, '../../bin', program)
}

/** A host of a test network that a realm runs on, with port 88 for itself. */
interface Place {
  readonly host: TestHost
  /** kdc_listen and kdc_tcp_listen. */
  readonly listen: string
  /** Where clients find it: names or addresses. */
  readonly kdcs: readonly string[]
}

interface OwnRealmOptions extends RealmOptions {
  readonly workers?: number
  readonly on?: Place
  /** Lines for [logging], instead of a file. */
  readonly logging?: readonly string[]
}

/** Our tkrb5kdc as an administrator would run it: kdc.conf, tkdb5_util create, tkadmin.local, the daemon in the foreground. */
export async function startOwnRealm(options: OwnRealmOptions = {}): Promise<PeerRealm> {
  const realm = options.realm ?? 'OWN.TEST'
  const scratch = scratchFolder('own')
  const port = options.on === undefined ? await freePort() : 88
  const { host, listen, kdcs } = options.on ?? {
    host: { run, start: startDaemon },
    listen: `127.0.0.1:${port}`,
    kdcs: [`127.0.0.1:${port}`],
  }
  const log = scratch.file('kdc.log')
  writeClientConfig(scratch.path, realm, kdcs, options.libdefaults, options.sections)
  writeFileSync(
    scratch.file('kdc.conf'),
    `[kdcdefaults]
 kdc_listen = ${listen}
 kdc_tcp_listen = ${listen}
[realms]
 ${realm} = {
  database_name = ${scratch.file('principal')}
  key_stash_file = ${scratch.file('stash')}
  max_life = 1d
  max_renewable_life = 7d
  supported_enctypes = ${options.keySalts ?? AES_KEYS}
${(options.kdcRealm ?? []).map(line => `  ${line}\n`).join('')} }
[logging]
${(options.logging ?? [`kdc = FILE:${log}`]).map(line => ` ${line}\n`).join('')}`,
  )
  const env = clientEnv(scratch.path)
  const serverEnv = { ...env, KRB5_KDC_PROFILE: join(scratch.path, 'kdc.conf') }
  must(ours('tkdb5_util'), ['create', '-s', '-P', 'master', '-r', realm], serverEnv, host.run)
  const admin = (commands: readonly string[]) =>
    commands.map(command => must(ours('tkadmin.local'), ['-r', realm, ...splitWords(command)], serverEnv, host.run)).join('')
  admin(options.setup ?? [])
  const workers = options.workers === undefined ? [] : ['-w', String(options.workers)]
  const ready = options.on === undefined ? () => accepts(port) : (output: string) => output === 'tkrb5kdc: starting...\n'
  const kdc = await host.start(ours('tkrb5kdc'), ['-n', '-r', realm, ...workers], { env: serverEnv, ready })
  return peerRealm({ realm, folder: scratch.path, port, log, env, admin, daemons: [kdc], remove: scratch.remove })
}
