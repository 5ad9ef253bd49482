import { writeFileSync } from 'node:fs'
import { clientEnv, must, type PeerRealm, peerRealm, splitWords, writeClientConfig } from './mit-realm.ts'
import { heimdalEnv, heimdalProgram } from './peers.ts'
import { accepts, freePort, run, startDaemon } from './process.ts'
import { scratchFolder } from './scratch.ts'

export interface HeimdalRealmOptions {
  readonly realm?: string
  /** Lines for `kadmin -l`, run once the database exists. */
  readonly setup?: readonly string[]
  /** Lines for [libdefaults], of its clients and of the KDC. */
  readonly libdefaults?: readonly string[]
  /** Whole sections for both files. */
  readonly sections?: readonly string[]
}

/** Heimdal's kdc with 1 day of life, 7 of renewal, and keys of all four AES enctypes. */
export async function startHeimdalRealm(options: HeimdalRealmOptions = {}): Promise<PeerRealm> {
  const realm = options.realm ?? 'HEIM.TEST'
  const scratch = scratchFolder('heimdal')
  const port = await freePort()
  const log = scratch.file('kdc.log')
  writeClientConfig(scratch.path, realm, [`127.0.0.1:${port}`], options.libdefaults, options.sections)
  writeFileSync(
    scratch.file('heimdal.conf'),
    `[libdefaults]
 default_realm = ${realm}
${(options.libdefaults ?? []).map(line => ` ${line}\n`).join('')}[realms]
 ${realm} = {
  kdc = 127.0.0.1:${port}
 }
[kdc]
 database = {
  dbname = ${scratch.file('heimdal')}
  realm = ${realm}
  mkey_file = ${scratch.file('m-key')}
  log_file = ${scratch.file('hdb.log')}
 }
 require-preauth = no
[hdb]
 db-dir = ${scratch.path}
[kadmin]
 default_keys = ${AES_KEYS}
${(options.sections ?? []).map(line => `${line}\n`).join('')}[logging]
 kdc = 0-/FILE:${log}
 default = FILE:${scratch.file('log')}
`,
  )
  const env = { ...clientEnv(scratch.path), ...heimdalEnv() }
  const serverEnv = { ...env, KRB5_CONFIG: scratch.file('heimdal.conf') }
  run(heimdalProgram('kstash'), ['--random-key', `--key-file=${scratch.file('m-key')}`], { env: serverEnv })
  const kadmin = (words: readonly string[]) =>
    must(heimdalProgram('kadmin'), ['-l', '-c', scratch.file('heimdal.conf'), '-r', realm, ...words], serverEnv)
  kadmin(['init', '--realm-max-ticket-life=1d', '--realm-max-renewable-life=7d', realm])
  const admin = (commands: readonly string[]) => commands.map(command => kadmin(splitWords(command))).join('')
  admin(options.setup ?? [])
  const kdc = await startDaemon(
    heimdalProgram('kdc'),
    ['-c', scratch.file('heimdal.conf'), `--ports=${port}/udp ${port}/tcp`, '--addresses=127.0.0.1'],
    { env: serverEnv, ready: () => accepts(port) },
  )
  return peerRealm({ realm, folder: scratch.path, port, log, env: clientEnv(scratch.path), admin, daemons: [kdc], remove: scratch.remove })
}

const AES_KEYS = ['aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha1-96', 'aes256-cts-hmac-sha384-192', 'aes128-cts-hmac-sha256-128']
  .map(etype => `${etype}:pw-salt`)
  .join(' ')
