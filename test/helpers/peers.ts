import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { run, which } from './process.ts'

/**
 * The programs that nobody here wrote. Each is found on PATH (MIT's, Java, Python) or under TKRB5_HEIMDAL (Heimdal's, unpacked beside
 * the system because its packages conflict with MIT's). A test that needs an absent one is skipped with `reason`.
 */
export interface Peer {
  readonly present: boolean
  /** Why tests that need it are skipped. */
  readonly reason: string
}

/** `describe` for tests that need peers; where one is absent they are skipped and the title says why. */
export function describeWith(peers: readonly Peer[], title: string, body: () => void): void {
  const absent = peers.filter(peer => !peer.present)
  if (absent.length === 0) describe(title, body)
  else describe.skip(`${title} [skipped: ${[...new Set(absent.map(peer => peer.reason))].join('; ')}]`, body)
}

/** MIT's clients and servers (Debian: krb5-user krb5-kdc krb5-admin-server). */
export function mit(): Peer {
  const missing = ['kinit', 'klist', 'kvno', 'krb5kdc', 'kadmin.local', 'kdb5_util'].filter(name => which(name) === undefined)
  return { present: missing.length === 0, reason: `MIT's programs are not installed (${missing.join(', ')})` }
}

/** MIT's administration over the wire: kadmin and kadmind. */
export function mitAdmin(): Peer {
  const missing = ['kadmin', 'kadmind'].filter(name => which(name) === undefined)
  return { present: mit().present && missing.length === 0, reason: `MIT's programs are not installed (${missing.join(', ')})` }
}

/** MIT's plug-in for HTTPS (Debian: krb5-k5tls), installed or named by TKRB5_K5TLS, and openssl to make certificates with. */
export function mitTls(): Peer {
  return {
    present: k5tls() !== undefined && openssl().present,
    reason: 'krb5-k5tls is not installed and TKRB5_K5TLS does not name its k5tls.so',
  }
}

export function k5tls(): string | undefined {
  const arch = readdirSync('/usr/lib').find(name => name.endsWith('-linux-gnu'))
  const installed = `/usr/lib/${arch}/krb5/plugins/tls/k5tls.so`
  return process.env.TKRB5_K5TLS ?? (existsSync(installed) ? installed : undefined)
}

/** Network and mount namespaces of our own, for a machine's worth of settings. */
export function namespaces(): Peer {
  const present = which('unshare') !== undefined && run('unshare', ['--mount', '--net', 'true']).code === 0
  return { present, reason: 'namespaces cannot be made here (unshare needs root)' }
}

export function openssl(): Peer {
  return { present: which('openssl') !== undefined, reason: 'openssl is not installed' }
}

/** Heimdal's clients and KDC (Debian: heimdal-clients heimdal-kdc, unpacked with dpkg -x). */
export function heimdal(): Peer {
  const present = HEIMDAL_ROOT !== undefined && existsSync(join(HEIMDAL_ROOT, 'usr/lib/heimdal-servers/kdc'))
  return { present, reason: 'TKRB5_HEIMDAL does not name a folder with Heimdal' }
}

export function heimdalProgram(name: string): string {
  const folders = ['usr/bin', 'usr/lib/heimdal-servers', 'usr/sbin'].map(folder => join(HEIMDAL_ROOT!, folder))
  const found = folders.flatMap(folder => [join(folder, name), join(folder, `${name}.heimdal`)]).find(path => existsSync(path))
  if (found === undefined) throw new Error(`no ${name} in ${HEIMDAL_ROOT}`)
  return found
}

/** LD_LIBRARY_PATH of Heimdal's programs. */
export function heimdalEnv(): Record<string, string> {
  const lib = join(HEIMDAL_ROOT!, 'usr/lib')
  const arch = readdirSync(lib).find(name => name.endsWith('-linux-gnu'))!
  return { LD_LIBRARY_PATH: `${join(lib, arch)}:${join(lib, arch, 'heimdal')}` }
}

/** A JDK (javac and java). */
export function java(): Peer {
  return { present: which('javac') !== undefined && which('java') !== undefined, reason: 'no JDK (javac, java) is installed' }
}

/** Python 3, for small servers of kinds that Node has none of. */
export function python(): Peer {
  return { present: existsSync(PYTHON), reason: `${PYTHON} is not installed` }
}

/** python-gssapi (Debian: python3-gssapi), with the Python that it is packaged for. */
export function pythonGssapi(): Peer {
  const present = existsSync(PYTHON) && run(PYTHON, ['-c', 'import gssapi']).code === 0
  return { present, reason: 'python3-gssapi is not installed' }
}

/** expect, which plays a person at a terminal. */
export function expectTool(): Peer {
  return { present: which('expect') !== undefined, reason: 'expect is not installed' }
}

/** OpenSSH (Debian: openssh-client openssh-server). */
export function sshServer(): Peer {
  const missing = ['ssh', 'ssh-keygen', 'sshd'].filter(name => which(name) === undefined)
  return { present: missing.length === 0, reason: `OpenSSH is not installed (${missing.join(', ')})` }
}

/** curl with GSS-API inside. */
export function curl(): Peer {
  const present = which('curl') !== undefined && run('curl', ['--version']).stdout.includes('GSS-API')
  return { present, reason: 'there is no curl that knows GSS-API' }
}

/** Apache with mod_auth_gssapi (Debian: apache2-bin libapache2-mod-auth-gssapi). */
export function apache(): Peer {
  const present = which('apache2') !== undefined && existsSync('/usr/lib/apache2/modules/mod_auth_gssapi.so')
  return { present, reason: 'Apache with mod_auth_gssapi is not installed' }
}

/** PostgreSQL, client and server (Debian: postgresql), and the user that it runs as when we are root. */
export function postgres(): Peer {
  const present =
    which('psql') !== undefined && postgresFolder() !== undefined && (process.getuid!() !== 0 || run('id', ['postgres']).code === 0)
  return { present, reason: 'PostgreSQL is not installed' }
}

export function postgresProgram(name: string): string {
  return join(postgresFolder()!, name)
}

/** Debian keeps each version's servers in a folder of its own. */
function postgresFolder(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  return versions.map(version => `/usr/lib/postgresql/${version}/bin`).find(folder => existsSync(join(folder, 'initdb')))
}

/** OpenLDAP with SASL's GSSAPI (Debian: slapd ldap-utils libsasl2-modules-gssapi-mit). */
export function openldap(): Peer {
  const arch = readdirSync('/usr/lib').find(name => name.endsWith('-linux-gnu'))
  const present =
    ['slapd', 'slapadd', 'ldapwhoami'].every(name => which(name) !== undefined) && existsSync(`/usr/lib/${arch}/sasl2/libgssapiv2.so`)
  return { present, reason: 'OpenLDAP with GSSAPI (slapd ldap-utils libsasl2-modules-gssapi-mit) is not installed' }
}

/** A shell that not every machine has. */
export function shell(name: 'zsh' | 'fish'): Peer {
  return { present: which(name) !== undefined, reason: `${name} is not installed` }
}

export const PYTHON = '/usr/bin/python3'

const HEIMDAL_ROOT = process.env.TKRB5_HEIMDAL
