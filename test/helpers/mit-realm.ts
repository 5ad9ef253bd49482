import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepts, type Daemon, freePort, run, startDaemon } from './process.ts'
import { scratchFolder } from './scratch.ts'

export interface RealmOptions {
  readonly realm?: string
  /** Lines for kadmin.local, run once the database exists. */
  readonly setup?: readonly string[]
  /** Lines for [libdefaults]. */
  readonly libdefaults?: readonly string[]
  /** Lines for the realm's stanza in kdc.conf. */
  readonly kdcRealm?: readonly string[]
  /** Lines for [kdcdefaults]. */
  readonly kdcDefaults?: readonly string[]
  /** Lines for [dbdefaults]. */
  readonly dbDefaults?: readonly string[]
  /** Whole sections for krb5.conf, of the KDC and of its clients. */
  readonly sections?: readonly string[]
  /** supported_enctypes. */
  readonly keySalts?: string
}

export interface MitRealmOptions extends RealmOptions {
  /** Lines of kadm5.acl: kadmind runs as well, and krb5.conf says where. */
  readonly acl?: readonly string[]
}

/** A realm of a peer, running, in a folder of its own. */
export interface PeerRealm {
  readonly realm: string
  readonly folder: string
  readonly port: number
  readonly keytab: string
  readonly log: string
  readonly daemons: readonly Daemon[]
  /** KRB5_CONFIG, KRB5CCNAME, KRB5_KTNAME: for its own clients and for ours. */
  readonly env: Readonly<Record<string, string>>
  /** Runs administration commands directly on the database; throws when one fails. */
  admin(commands: readonly string[]): string
  stop(): Promise<void>
}

/** MIT's krb5kdc with max_life 1d, max_renewable_life 7d and keys of all four AES enctypes unless said otherwise. */
export async function startMitRealm(options: MitRealmOptions = {}): Promise<PeerRealm> {
  const realm = options.realm ?? 'MIT.TEST'
  const scratch = scratchFolder('mit')
  const port = await freePort()
  const adminPort = options.acl === undefined ? undefined : await freePort()
  const log = scratch.file('kdc.log')
  const whereAdmin = adminPort === undefined ? [] : ['[realms]', ` ${realm} = {`, `  admin_server = 127.0.0.1:${adminPort}`, ' }']
  writeClientConfig(scratch.path, realm, [`127.0.0.1:${port}`], options.libdefaults, [...whereAdmin, ...(options.sections ?? [])])
  const adminListen =
    adminPort === undefined ? [] : [`kadmind_listen = 127.0.0.1:${adminPort}`, `kpasswd_listen = 127.0.0.1:${await freePort()}`]
  writeFileSync(
    scratch.file('kdc.conf'),
    `[kdcdefaults]
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
${(options.kdcDefaults ?? []).map(line => ` ${line}\n`).join('')}[realms]
 ${realm} = {
  database_name = ${scratch.file('principal')}
  key_stash_file = ${scratch.file('stash')}
  acl_file = ${scratch.file('kadm5.acl')}
  max_life = 1d
  max_renewable_life = 7d
  supported_enctypes = ${options.keySalts ?? AES_KEYS}
${[...adminListen, ...(options.kdcRealm ?? [])].map(line => `  ${line}\n`).join('')} }
[dbdefaults]
${(options.dbDefaults ?? []).map(line => ` ${line}\n`).join('')}[logging]
 kdc = FILE:${log}
 admin_server = FILE:${scratch.file('kadmind.log')}
`,
  )
  const env = clientEnv(scratch.path)
  const serverEnv = { ...env, KRB5_KDC_PROFILE: scratch.file('kdc.conf') }
  must('kdb5_util', ['create', '-s', '-P', 'master', '-r', realm], serverEnv)
  const admin = (commands: readonly string[]) =>
    commands.map(command => must('kadmin.local', ['-r', realm, ...splitWords(command)], serverEnv)).join('')
  admin(options.setup ?? [])
  const kdc = await startDaemon('krb5kdc', ['-n', '-r', realm], { env: serverEnv, ready: () => accepts(port) })
  const daemons = [kdc]
  if (adminPort !== undefined) {
    writeFileSync(scratch.file('kadm5.acl'), (options.acl ?? []).map(line => `${line}\n`).join(''))
    daemons.push(await startDaemon('kadmind', ['-nofork', '-r', realm], { env: serverEnv, ready: () => accepts(adminPort) }))
  }
  return peerRealm({ realm, folder: scratch.path, port, log, env, admin, daemons, remove: scratch.remove })
}

/** krb5.conf of a closed test realm: no DNS, no canonicalization. */
export function writeClientConfig(
  folder: string,
  realm: string,
  kdcs: readonly string[],
  libdefaults: readonly string[] = [],
  sections: readonly string[] = [],
): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'krb5.conf'),
    `[libdefaults]
 default_realm = ${realm}
 dns_lookup_kdc = false
 dns_uri_lookup = false
 dns_canonicalize_hostname = false
 rdns = false
${libdefaults.map(line => ` ${line}\n`).join('')}[realms]
 ${realm} = {
${kdcs.map(kdc => `  kdc = ${kdc}\n`).join('')} }
${sections.map(line => `${line}\n`).join('')}`,
  )
}

export function clientEnv(folder: string): Record<string, string> {
  return {
    KRB5_CONFIG: join(folder, 'krb5.conf'),
    KRB5CCNAME: `FILE:${join(folder, 'cc')}`,
    KRB5_KTNAME: `FILE:${join(folder, 'keytab')}`,
    TZ: 'UTC',
  }
}

export function peerRealm(parts: {
  readonly realm: string
  readonly folder: string
  readonly port: number
  readonly log: string
  readonly env: Readonly<Record<string, string>>
  readonly admin: (commands: readonly string[]) => string
  readonly daemons: readonly Daemon[]
  readonly remove: () => void
}): PeerRealm {
  const { realm, folder, port, log, env, admin, daemons } = parts
  return {
    realm,
    folder,
    port,
    log,
    env,
    admin,
    daemons,
    keytab: join(folder, 'keytab'),
    stop: async () => {
      await Promise.all(daemons.map(daemon => daemon.stop()))
      parts.remove()
    },
  }
}

export function must(program: string, args: readonly string[], env: Readonly<Record<string, string>>, by: typeof run = run): string {
  const done = by(program, args, { env })
  if (done.code !== 0) throw new Error(`${program} ${args.join(' ')}: status ${done.code}\n${done.stdout}${done.stderr}`)
  return done.stdout
}

/** Words at blanks; double quotes keep blanks together. */
export function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2]!)
}

export const AES_KEYS =
  'aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal aes256-cts-hmac-sha384-192:normal aes128-cts-hmac-sha256-128:normal'
