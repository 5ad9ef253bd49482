import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientEnv, type PeerRealm, peerRealm, splitWords } from './mit-realm.ts'
import { makeNamespaces, namespaces } from './namespaces.ts'
import type { Peer } from './peers.ts'
import { type Finished, type RunOptions, run, runAsync, startDaemon, which } from './process.ts'
import { scratchFolder } from './scratch.ts'

/** A Samba domain controller (AD.TEST, KDC on port 88, kpasswd on 464, DNS on 53), alone in a network namespace of its own. */
export interface SambaRealm extends PeerRealm {
  /** Name and address of the domain controller inside its namespace. */
  readonly host: string
  readonly address: string
  /** Password of Administrator. */
  readonly administratorPassword: string
  /**
   * Runs a program inside: its resolv.conf asks the controller's DNS, /etc/hosts knows `host`, KRB5_CONFIG and the other variables of
   * `env` are set, `more` is added.
   */
  run(program: string, args: readonly string[], more?: RunOptions): Finished
  /** The command line that does what `run` does, for those who spawn by themselves (daemons, expect). */
  inside(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]]
}

export interface SambaOptions {
  /** Lines for [libdefaults] of the clients' krb5.conf. */
  readonly libdefaults?: readonly string[]
  /** Words for samba-tool, one call a line, run before the controller starts (`user create alice Passw0rd.Al`). */
  readonly setup?: readonly string[]
}

/** Samba's AD DC (Debian: samba samba-ad-dc samba-ad-provision samba-dsdb-modules python3-samba winbind), and leave to make namespaces. */
export function samba(): Peer {
  const missing = ['samba', 'samba-tool'].filter(name => which(name) === undefined)
  if (missing.length > 0) return { present: false, reason: `Samba's domain controller is not installed (${missing.join(', ')})` }
  return namespaces()
}

/**
 * Provisions and starts a domain controller: about 12 s, so start one for a whole test file. Password rules: 7 characters of 3 kinds,
 * no minimum age, no history. `admin` takes words for samba-tool. Nothing is left behind after `stop`.
 */
export async function startSambaRealm(options: SambaOptions = {}): Promise<SambaRealm> {
  const scratch = scratchFolder('samba')
  const folder = (name: string) => {
    mkdirSync(scratch.file(name), { recursive: true })
    return scratch.file(name)
  }
  for (const name of ['etc', 'private', 'state', 'cache', 'run/samba', 'log', 'sysvol']) folder(name)
  writeSurroundings(scratch.path, options.libdefaults ?? [])
  const { inside, holder } = await makeNamespaces(SURROUNDINGS, [scratch.file('etc'), scratch.file('run')])
  const env = { ...clientEnv(scratch.path), KRB5_CONFIG: scratch.file('etc/krb5.conf') }
  const runInside = (program: string, args: readonly string[], more: RunOptions = {}) =>
    run(...inside(program, args), { ...more, env: { ...env, ...more.env } })
  const must = (program: string, args: readonly string[]) => {
    const done = runInside(program, args, { timeoutMs: 120_000 })
    if (done.code !== 0) throw new Error(`${program} ${args.join(' ')}: status ${done.code}\n${done.stdout}${done.stderr}`)
    return done.stdout
  }
  const admin = (commands: readonly string[]) =>
    commands.map(command => must('samba-tool', [...splitWords(command), `--configfile=${scratch.file('etc/smb.conf')}`])).join('')
  try {
    // By far the longest step: others may start in the meantime.
    const provisioned = await runAsync(...inside('samba-tool', provision(scratch.path)), { env, timeoutMs: 120_000 })
    if (provisioned.code !== 0) throw new Error(`samba-tool: status ${provisioned.code}\n${provisioned.stdout}${provisioned.stderr}`)
    writeFileSync(scratch.file('etc/smb.conf'), smbConf(scratch.path))
    const log = scratch.file('log/log.samba')
    const words = ['-F', '-s', scratch.file('etc/smb.conf'), '--no-process-group', '--debug-stdout']
    admin(['domain passwordsettings set --min-pwd-age=0 --history-length=0', ...(options.setup ?? [])])
    // Not into a pipe: it would fill while a synchronous `run` keeps this process from reading.
    const daemon = await startDaemon(...inside('sh', ['-c', `exec samba "$@" >>${log} 2>&1`, 'samba', ...words]), {
      env,
      ready: () => runInside('bash', ['-c', LISTENS]).code === 0,
    })
    const realm = peerRealm({
      realm: 'AD.TEST',
      folder: scratch.path,
      port: 88,
      log,
      env,
      admin,
      daemons: [holder, daemon],
      remove: scratch.remove,
    })
    return { ...realm, host: HOST, address: ADDRESS, administratorPassword: ADMINISTRATOR, run: runInside, inside }
  } catch (error) {
    await holder.stop()
    scratch.remove()
    throw error
  }
}

/** What stands over the machine's own files in there. libwbclient has /run/samba built in. */
function writeSurroundings(root: string, libdefaults: readonly string[]): void {
  writeFileSync(join(root, 'etc/resolv.conf'), `nameserver ${ADDRESS}\nsearch ad.test\n`)
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n${ADDRESS} ${HOST} dc1\n`)
  writeFileSync(
    join(root, 'etc/krb5.conf'),
    `[libdefaults]
 default_realm = AD.TEST
 dns_lookup_realm = false
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
${libdefaults.map(line => ` ${line}\n`).join('')}[realms]
 AD.TEST = {
  kdc = ${HOST}
  admin_server = ${HOST}
  kpasswd_server = ${HOST}
 }
[domain_realm]
 .ad.test = AD.TEST
 ad.test = AD.TEST
`,
  )
}

function provision(root: string): readonly string[] {
  const words = 'domain provision --realm=AD.TEST --domain=AD --server-role=dc --dns-backend=SAMBA_INTERNAL --host-name=dc1 --use-rfc2307'
  return [
    ...words.split(' '),
    `--host-ip=${ADDRESS}`,
    `--adminpass=${ADMINISTRATOR}`,
    '--function-level=2008_R2',
    `--targetdir=${root}`,
    `--option=interfaces = lo ${ADDRESS}/32`,
    '--option=bind interfaces only = yes',
    // Extended attributes of the file system may be missing in a container.
    '--option=vfs objects = dfs_samba4 acl_xattr xattr_tdb',
    `--option=xattr_tdb:file = ${join(root, 'state/xattr.tdb')}`,
  ]
}

function smbConf(root: string): string {
  return `[global]
 netbios name = DC1
 realm = AD.TEST
 workgroup = AD
 server role = active directory domain controller
 server services = s3fs, rpc, nbt, wrepl, ldap, cldap, kdc, drepl, winbindd, ntp_signd, kcc, dnsupdate, dns
 interfaces = lo ${ADDRESS}/32
 bind interfaces only = yes
 dns forwarder =
 private dir = ${root}/private
 state directory = ${root}/state
 cache directory = ${root}/cache
 lock directory = ${root}
 binddns dir = ${root}/bind-dns
 pid directory = ${root}/run
 ntp signd socket directory = ${root}/run/ntp_signd
 usershare path =
 log file = ${root}/log/log.%m
 logging = file
 log level = 1 kerberos:3
 tls enabled = no
 vfs objects = dfs_samba4 acl_xattr xattr_tdb
 xattr_tdb:file = ${root}/state/xattr.tdb
[sysvol]
 path = ${root}/state/sysvol
 read only = No
[netlogon]
 path = ${root}/state/sysvol/ad.test/scripts
 read only = No
`
}

const HOST = 'dc1.ad.test'
const ADDRESS = '10.53.57.21'
const ADMINISTRATOR = 'Passw0rd.Adm'

/** $1 is what stands over /etc, $2 over /run. */
const SURROUNDINGS = `
ip addr add ${ADDRESS}/32 dev lo
for name in resolv.conf hosts krb5.conf; do
  if [ -e "/etc/$name" ]; then mount --bind "$1/$name" "/etc/$name"; fi
done
mount --bind "$2" /run
`

const LISTENS = [88, 464, 389, 53].map(port => `exec 3<>/dev/tcp/${ADDRESS}/${port}`).join(' && ')
