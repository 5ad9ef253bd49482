// A FILE cache of many tickets: what listing it costs beside MIT's klist, and what adding one more ticket costs. CPU time (user + system).
import { spawnSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { Ticket } from '../src/core/asn1/messages/ticket.ts'
import { concat } from '../src/core/bytes/bytes.ts'
import type { Credential } from '../src/core/ccache/credential.ts'
import { encodeCredential, encodeHead } from '../src/core/ccache/format.ts'
import { resolveCcache } from '../src/core/ccache/resolve.ts'
import { type Principal, toPrincipalName } from '../src/core/principal/principal.ts'
import { Secret } from '../src/core/secret/secret.ts'
import { nodeEnv } from '../src/platform/node-env.ts'
import { ours } from '../test/helpers/own-realm.ts'
import { which } from '../test/helpers/process.ts'
import { scratchFolder } from '../test/helpers/scratch.ts'

const COUNT = Number(process.argv[3] ?? 10_000)
const ROUNDS = 21
const CLIENT: Principal = { type: 1, realm: 'BENCH.TEST', components: ['alice'] }

const scratch = scratchFolder('bench-ccache')
try {
  const path = scratch.file('cc')
  const parts = Array.from({ length: COUNT }, (_, i) => encodeCredential(credential(i), 4))
  writeFileSync(path, concat(encodeHead(4, CLIENT, { seconds: 0, micros: 0 }), ...parts))
  writeFileSync(scratch.file('empty.cjs'), '')
  console.log(`${COUNT} tickets, ${statSync(path).size} octets; CPU ms, the least of ${ROUNDS}`)
  const [empty, own, theirs] = leastCpu([
    [process.execPath, scratch.file('empty.cjs')],
    [process.execPath, ours('tklist'), '-f', path],
    ...(which('klist') === undefined ? [] : [['klist', '-f', path]]),
  ]) as [number, number, number | undefined]
  const oursOne = await one(path)
  console.log(`node empty.cjs        ${empty.toFixed(1)}`)
  console.log(`klist -f              ${theirs?.toFixed(1) ?? 'not installed'}`)
  console.log(`tklist -f             ${own.toFixed(1)}  (above an empty script: ${(own - empty).toFixed(1)})`)
  if (theirs !== undefined) console.log(`budget                ${(3 * theirs + 30).toFixed(1)} above an empty script (3 x klist + 30)`)
  console.log(
    `adding one ticket     ${oursOne.ms.toFixed(2)}, the file grew by ${oursOne.grown} octets and stayed the same file: ${oursOne.same}`,
  )
} finally {
  scratch.remove()
}

async function one(path: string) {
  const cache = await resolveCcache(path, nodeEnv(), { defaultCcacheName: '', ccacheType: 4 })
  const before = statSync(path)
  const from = process.cpuUsage()
  for (let i = 0; i < 100; i++) await cache.store(credential(COUNT + i))
  const spent = process.cpuUsage(from)
  const after = statSync(path)
  return { ms: (spent.user + spent.system) / 100_000, grown: (after.size - before.size) / 100, same: after.ino === before.ino }
}

/** Round by round, so that a busy minute hits every program alike. */
function leastCpu(commands: readonly (readonly string[])[]): number[] {
  const least = commands.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++) {
    commands.forEach((command, i) => {
      const timed = 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/dev/null </dev/null; } 2>&1'
      const run = spawnSync('bash', ['-c', timed, 'bash', ...command], { env: { PATH: process.env.PATH, TZ: 'UTC' }, encoding: 'utf8' })
      const [user, system] = run.stdout.trim().split(' ').map(Number)
      least[i] = Math.min(least[i]!, (user! + system!) * 1000)
    })
  }
  return least
}

function credential(i: number): Credential {
  const server: Principal = { type: 3, realm: 'BENCH.TEST', components: ['host', `server${i}.bench.test`] }
  const cipher = new Uint8Array(300)
  const ticket = Ticket.encode({ realm: server.realm, sname: toPrincipalName(server), encPart: { etype: 18, kvno: 1, cipher } })
  const times = { authtime: 1_800_000_000, starttime: 1_800_000_000, endtime: 1_800_036_000, renewTill: 0 }
  const key = { etype: 18, value: Secret.copyOf(new Uint8Array(32)) }
  return {
    client: CLIENT,
    server,
    key,
    ...times,
    isSkey: false,
    flags: 0x40a1_0000,
    addresses: [],
    authdata: [],
    ticket,
    secondTicket: new Uint8Array(0),
  }
}
