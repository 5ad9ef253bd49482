import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { heimdalEnv, type Peer } from './peers.ts'
import { type Daemon, run, startDaemon } from './process.ts'
import { scratchFolder } from './scratch.ts'

/** A KCM daemon in a mount namespace of its own, so that the folders that are built into it are scratch ones. */
export interface KcmDaemon {
  readonly socket: string
  readonly daemon: Daemon
  stop(): Promise<void>
}

/** sssd's (Debian: sssd-kcm). */
export function sssdKcm(): Peer {
  const present = SSSD_KCM !== undefined && canMount()
  return { present, reason: SSSD_KCM === undefined ? 'sssd-kcm is not installed' : 'mount namespaces need root' }
}

/** Heimdal's, from its folder. */
export function heimdalKcm(): Peer {
  const present = HEIMDAL_KCM !== undefined && existsSync(HEIMDAL_KCM) && canMount()
  return { present, reason: 'no Heimdal kcm in TKRB5_HEIMDAL, or no mount namespaces' }
}

/** sssd's daemon asks the kernel to end with its parent, so the shell stays. */
export async function startSssdKcm(): Promise<KcmDaemon> {
  const scratch = scratchFolder('kcm')
  for (const folder of ['db', 'secrets', 'log', 'etc', 'etc/conf.d']) mkdirSync(scratch.file(folder))
  const socket = scratch.file('socket')
  writeFileSync(scratch.file('etc/sssd.conf'), `[kcm]\nsocket_path = ${socket}\nresponder_idle_timeout = 0\n`, { mode: 0o600 })
  const script = `mount --make-rprivate /
mkdir -p /var/lib/sss/db /var/lib/sss/secrets /var/log/sssd /etc/sssd
mount --bind "$1/db" /var/lib/sss/db
mount --bind "$1/secrets" /var/lib/sss/secrets
mount --bind "$1/log" /var/log/sssd
mount --bind "$1/etc" /etc/sssd
if command -v sssd >/dev/null; then sssd --genconf-section=kcm || true; fi
"$2" --uid 0 --gid 0 --logger=stderr & wait`
  return started(['-m', 'sh', '-ec', script, 'kcm', scratch.path, SSSD_KCM!], {}, socket, scratch.remove)
}

/** Its socket's path is built in, below /run. */
export async function startHeimdalKcm(): Promise<KcmDaemon> {
  const scratch = scratchFolder('kcm')
  mkdirSync(scratch.file('run'))
  writeFileSync(scratch.file('krb5.conf'), '[libdefaults]\n default_realm = KCM.TEST\n')
  symlinkSync(scratch.file('run/.heim_org.h5l.kcm-socket'), scratch.file('socket'))
  const script = 'mount --make-rprivate /; mount --bind "$1/run" /run; exec "$2" -c "$1/krb5.conf"'
  return started(['-m', 'sh', '-ec', script, 'kcm', scratch.path, HEIMDAL_KCM!], heimdalEnv(), scratch.file('socket'), scratch.remove)
}

async function started(args: readonly string[], env: Record<string, string>, socket: string, remove: () => void): Promise<KcmDaemon> {
  const daemon = await startDaemon('unshare', args, { env, ready: () => existsSync(socket) })
  return {
    socket,
    daemon,
    stop: async () => {
      await daemon.stop()
      remove()
    },
  }
}

function canMount(): boolean {
  return run('unshare', ['-m', 'true']).code === 0
}

const SSSD_KCM = ['/usr/libexec/sssd/sssd_kcm', '/usr/lib/sssd/sssd_kcm'].find(path => existsSync(path))
const HEIMDAL_KCM = process.env.TKRB5_HEIMDAL === undefined ? undefined : join(process.env.TKRB5_HEIMDAL, 'usr/sbin/kcm')
