// 1,000 times addprinc -randkey in one run of kadmin.local and of kadmin by way of a kadmind, ours beside MIT's: wall time, and CPU time of the program and
// of the server. And the same principals from a file.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PeerRealm, startMitRealm } from '../test/helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../test/helpers/own-realm.ts'
import { mitAdmin } from '../test/helpers/peers.ts'
import { accepts, type Daemon, freePort, startDaemon, which } from '../test/helpers/process.ts'

const PRINCIPALS = Number(process.env.BENCH_PRINCIPALS ?? 1000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const ACL = '*/admin@EX.TEST *\n'
const ROOT = ['-p', 'root/admin', '-w', 'adminpw']

interface Way {
  readonly title: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly server?: Daemon
  /** From a file instead of requests on standard input. */
  readonly file?: true
}

const stops: (() => Promise<unknown>)[] = []
try {
  const ways = [...(mitAdmin().present ? await mitWays() : []), ...(await ownWays())]
  console.log(`${PRINCIPALS} x addprinc -randkey; the least wall time of ${ROUNDS}`)
  const best = new Map<Way, Measured>()
  // One after the other in each round, so that neighbours disturb all of them alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, way] of ways.entries()) {
      const measured = run(way, `r${round}w${i}`)
      if (measured.wall < (best.get(way)?.wall ?? Number.POSITIVE_INFINITY)) best.set(way, measured)
    }
  }
  for (const [{ title }, { wall, cpu, serverCpu }] of best) {
    const server = serverCpu === undefined ? '' : `, server CPU ${serverCpu.toFixed(2)} s`
    console.log(`${title.padEnd(38)} wall ${wall.toFixed(2)} s, CPU ${cpu.toFixed(2)} s${server}`)
  }
} finally {
  for (const stop of stops) await stop()
}

async function mitWays(): Promise<readonly Way[]> {
  const realm = await startMitRealm({ realm: 'EX.TEST', acl: [ACL.trim()] })
  stops.push(() => realm.stop())
  realm.admin(['addprinc -pw adminpw root/admin'])
  const local = { args: [], env: serverEnv(realm) }
  const remote = { args: ROOT, env: realm.env, server: realm.daemons.at(-1)! }
  return [
    { title: 'kadmin.local (db2)', program: which('kadmin.local')!, ...local },
    { title: 'kadmin, kadmind (db2)', program: which('kadmin')!, ...remote },
    { title: 'tkadmin, kadmind (db2)', program: ours('tkadmin'), ...remote },
  ]
}

async function ownWays(): Promise<readonly Way[]> {
  const port = await freePort()
  const kdcRealm = [`kadmind_listen = 127.0.0.1:${port}`, `kpasswd_listen = 127.0.0.1:${await freePort()}`]
  const realm = await startOwnRealm({ realm: 'EX.TEST', kdcRealm: [...kdcRealm, 'acl_file = ACL'] })
  stops.push(() => realm.stop())
  const conf = join(realm.folder, 'kdc.conf')
  writeFileSync(conf, readFileSync(conf, 'utf8').replace('acl_file = ACL', `acl_file = ${join(realm.folder, 'kadm5.acl')}`))
  writeFileSync(join(realm.folder, 'kadm5.acl'), ACL)
  realm.admin(['addprinc -pw adminpw root/admin'])
  const local = { program: ours('tkadmin.local'), env: serverEnv(realm) }
  const ways: Way[] = [
    { title: 'tkadmin.local', ...local, args: [] },
    { title: 'tkadmin.local addprinc --from', ...local, args: ['addprinc', '--from', '-'], file: true },
  ]
  if (!existsSync(ours('tkadmind'))) return ways
  const server = await startDaemon(ours('tkadmind'), ['-nofork'], { env: serverEnv(realm), ready: () => accepts(port) })
  stops.unshift(() => server.stop())
  const remote = { env: realm.env, server }
  const args = ['-s', `127.0.0.1:${port}`, ...ROOT]
  const mits = mitAdmin().present ? [{ title: 'kadmin, tkadmind', program: which('kadmin')!, args, ...remote }] : []
  return [...ways, ...mits, { title: 'tkadmin, tkadmind', program: ours('tkadmin'), args, ...remote }]
}

interface Measured {
  readonly wall: number
  readonly cpu: number
  readonly serverCpu: number | undefined
}

function run({ program, args, env, server, file }: Way, prefix: string): Measured {
  const names = Array.from({ length: PRINCIPALS }, (_, i) => `${prefix}-${i}`)
  const input = names.map(name => (file ? `{"principal":"${name}","randkey":true}\n` : `addprinc -randkey ${name}\n`)).join('')
  const before = { children: childrenCpu(), server: server && processCpu(server.pid), at: performance.now() }
  const done: SpawnSyncReturns<Buffer> = spawnSync(program, args, { env: { PATH: process.env.PATH, ...env }, input, maxBuffer: 64 << 20 })
  const wall = (performance.now() - before.at) / 1000
  const created = done.stdout.toString().match(/" created\.$/gm)?.length
  if (created !== PRINCIPALS) throw new Error(`${program} created ${created}: ${done.stderr}`)
  const serverCpu = server === undefined ? undefined : processCpu(server.pid) - before.server!
  return { wall, cpu: childrenCpu() - before.children, serverCpu }
}

function serverEnv(realm: PeerRealm): Readonly<Record<string, string>> {
  return { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') }
}

/** Seconds of CPU of all children that have ended (proc(5): cutime and cstime, in hundredths). */
function childrenCpu(): number {
  const fields = statFields('/proc/self/stat')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

/** Seconds of CPU of a running process and its threads. */
function processCpu(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`).map(task => statFields(`/proc/${pid}/task/${task}/stat`))
  return tasks.reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0)
}

function statFields(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
}
