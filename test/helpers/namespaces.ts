import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Peer } from './peers.ts'
import { type Daemon, type DaemonOptions, type Finished, type RunOptions, run, startDaemon, which } from './process.ts'
import { scratchFolder } from './scratch.ts'

/** Network, mount, process and host name namespaces that nobody else is in. */
export interface Namespaces {
  /** The command line that runs a program in there. */
  inside(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]]
  /** The first process in there; all others end with it. */
  readonly holder: Daemon
}

/** A machine of a test network. It shares the files of this machine but those that the plan puts something over. */
export interface TestHost {
  readonly name: string
  run(program: string, args: readonly string[], options?: RunOptions): Finished
  start(program: string, args: readonly string[], options: DaemonOptions): Promise<Daemon>
}

export interface HostPlan {
  /** With prefix length: `10.77.0.11/24`, `fd00:77::11/64`. The name means the first one of each family, on every host. */
  readonly addresses: readonly string[]
  /** What stands over files that exist here: path to content. */
  readonly files?: Readonly<Record<string, string>>
}

export interface TestNetwork<Name extends string> {
  readonly hosts: Readonly<Record<Name, TestHost>>
  /** Ends everything that runs on the hosts. */
  stop(): Promise<void>
}

/** Leave to make namespaces. */
export function namespaces(): Peer {
  const missing = ['unshare', 'nsenter', 'setpriv', 'ip', 'hostname'].filter(name => which(name) === undefined)
  if (missing.length > 0) return { present: false, reason: `programs for namespaces are missing (${missing.join(', ')})` }
  const allowed =
    run('unshare', [...KINDS, 'sh', '-ec', 'ip link add lan type bridge && ip link add name one type veth peer name two']).code === 0
  return { present: allowed, reason: 'network namespaces cannot be made here (not root, or a container without the right)' }
}

/**
 * Hosts on one wire that leads nowhere else. Each knows all names (and the part before the first dot) from /etc/hosts alone, has its own
 * host name and an empty /run. Nothing of it has a name on this machine, so tests run side by side; it ends with the test's process.
 */
export async function startNetwork<Name extends string>(plan: Readonly<Record<Name, HostPlan>>): Promise<TestNetwork<Name>> {
  const scratch = scratchFolder('network')
  const names = Object.keys(plan) as Name[]
  const all: Namespaces[] = []
  const daemons: Daemon[] = []
  const stop = async () => {
    await Promise.all(all.map(one => one.holder.stop()))
    await Promise.all(daemons.map(daemon => daemon.stop()))
    scratch.remove()
  }
  const hosts = names.map(name => plan[name]).map(({ addresses }, i) => hostsLines(names[i]!, addresses))
  const common = { '/etc/hosts': `127.0.0.1 localhost\n::1 localhost\n${hosts.join('')}`, '/etc/nsswitch.conf': NAMES_FROM_FILES }
  const startHost = async (name: Name, wire: Namespaces): Promise<TestHost> => {
    const { addresses, files } = plan[name]
    const folder = scratch.file(name)
    const pairs = Object.entries<string>({ ...common, ...files }).flatMap(([path, content]) => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, basename(path)), content)
      return [join(folder, basename(path)), path]
    })
    const own = await makeNamespaces(HOST, [name, ...pairs])
    all.push(own)
    const plug = `ip link add name port${all.length} master lan up type veth peer name eth0 netns ${own.holder.pid}`
    demand('nsenter', ['--target', String(wire.holder.pid), '--net', ...plug.split(' ')])
    for (const address of addresses) demand(...own.inside('ip', ['address', 'add', address, 'dev', 'eth0', ...checked(address)]))
    demand(...own.inside('ip', ['link', 'set', 'eth0', 'up']))
    return {
      name,
      run: (program, args, options) => run(...own.inside(program, args), options),
      start: async (program, args, options) => {
        const daemon = await startDaemon(...own.inside(program, args), { ...options, wrapper: true })
        daemons.push(daemon)
        return daemon
      },
    }
  }
  try {
    const wire = await makeNamespaces('ip link add lan type bridge && ip link set lan up', [])
    all.push(wire)
    const started: [Name, TestHost][] = []
    for (const name of names) started.push([name, await startHost(name, wire)])
    return { hosts: Object.fromEntries(started) as Record<Name, TestHost>, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Runs `script` (sh) with `args` as the first thing in new namespaces and keeps them. */
export async function makeNamespaces(script: string, args: readonly string[]): Promise<Namespaces> {
  const first = `mount --make-rprivate /\nip link set lo up\n${script}\necho ready\nexec sleep 2147483647`
  const holder = await startDaemon('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...KINDS, 'sh', '-ec', first, 'namespaces', ...args], {
    ready: output => output.includes('ready'),
    wrapper: true,
  })
  const target = ['--target', String(holder.pid), '--net', '--mount', '--pid', '--uts']
  return {
    // The first process of a process namespace is deaf to SIGTERM.
    holder: { ...holder, stop: () => holder.stop('SIGKILL') },
    inside: (program, words) => ['nsenter', [...target, program, ...words]],
  }
}

function hostsLines(name: string, addresses: readonly string[]): string {
  const first = (v6: boolean) => addresses.map(address => address.split('/')[0]!).find(address => address.includes(':') === v6)
  return [first(false), first(true)].map(address => (address === undefined ? '' : `${address} ${name} ${name.split('.')[0]}\n`)).join('')
}

/** Without the second that IPv6 waits for another owner of the address. */
function checked(address: string): readonly string[] {
  return address.includes(':') ? ['nodad'] : []
}

function demand(program: string, args: readonly string[]): void {
  const done = run(program, args)
  if (done.code !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`)
}

const KINDS = ['--net', '--mount', '--pid', '--uts', '--fork', '--mount-proc', '--kill-child']
const NAMES_FROM_FILES = 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n'

/** $1 is the host's name, then come pairs: a file, and the one that it stands over. */
const HOST = `
hostname "$1"
shift
mount -t tmpfs none /run
while [ $# -gt 0 ]; do
  mount --bind "$1" "$2"
  shift 2
done
`
