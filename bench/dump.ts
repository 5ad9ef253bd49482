// tkdb5_util load beside kdb5_util load (db2): CPU time, wall time and memory for one and the same dump, which is made here. And what a listing with a
// prefix costs in the loaded database beside one that finds nothing.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { encodeText } from '../src/core/bytes/text.ts'
import { Secret } from '../src/core/secret/secret.ts'
import type { PrincipalEntry } from '../src/kdc/store/entry.ts'
import { MasterKey, masterKeyFromPassword, masterPrincipal } from '../src/kdc/store/master-key.ts'
import { DUMP_FORMATS, principalLine } from '../src/kdc/store/mit-dump.ts'
import { writeStash } from '../src/kdc/store/stash.ts'
import { activationContents, masterKvnoContents, modificationContents, TlType, timeContents } from '../src/kdc/store/tl-data.ts'
import { nodeEnv } from '../src/platform/node-env.ts'
import { ours } from '../test/helpers/own-realm.ts'
import { which } from '../test/helpers/process.ts'
import { scratchFolder } from '../test/helpers/scratch.ts'

const PRINCIPALS = Number(process.env.BENCH_PRINCIPALS ?? 100_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 1)
const REALM = 'BENCH.TEST'
const NOW = 1_790_000_000

const scratch = scratchFolder('bench-dump')
try {
  const dump = scratch.file('dump')
  await makeDump(dump)
  writeFileSync(scratch.file('krb5.conf'), `[libdefaults]\n default_realm = ${REALM}\n`)
  writeFileSync(
    scratch.file('kdc.conf'),
    `[realms]\n ${REALM} = {\n  database_name = ${scratch.file('db')}\n  key_stash_file = ${scratch.file('stash')}\n }\n`,
  )
  console.log(`${PRINCIPALS} principals, ${Math.round(statSync(dump).size / 1e6)} MB of dump; the least CPU of ${ROUNDS}`)
  const mit = which('kdb5_util')
  if (mit !== undefined) report('kdb5_util load (db2)', mit, ['load', dump])
  report('tkdb5_util load', ours('tkdb5_util'), ['load', dump])
  report("listprincs 'u0000*'", ours('tkadmin.local'), ['listprincs', 'u0000*'])
  report("listprincs 'nobody*'", ours('tkadmin.local'), ['listprincs', 'nobody*'])
} finally {
  scratch.remove()
}

function report(title: string, program: string, args: readonly string[]): void {
  const runs = Array.from({ length: ROUNDS }, () => measured(program, args)).sort((a, b) => a.cpu - b.cpu)
  const { cpu, wall, peak } = runs[0]!
  console.log(
    `${title.padEnd(22)} CPU ${cpu.toFixed(2)} s, wall ${wall.toFixed(2)} s, anonymous memory ${(peak / 1024).toFixed(0)} MB at most`,
  )
}

/** The shell waits for the program and prints times(2) of it; meanwhile RssAnon (proc(5)) is read ten times a second. */
function measured(program: string, args: readonly string[]): { readonly cpu: number; readonly wall: number; readonly peak: number } {
  const log = scratch.file('memory')
  const script = `"$@" >/dev/null 2>"$ERRORS" & p=$!
    while kill -0 $p 2>/dev/null; do sed -n 's/^RssAnon:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$p/status 2>/dev/null; sleep 0.1; done >"$MEMORY"
    wait $p; echo $?`
  const before = childrenCpu()
  const from = performance.now()
  const env = {
    PATH: process.env.PATH,
    KRB5_CONFIG: scratch.file('krb5.conf'),
    KRB5_KDC_PROFILE: scratch.file('kdc.conf'),
    MEMORY: log,
    ERRORS: scratch.file('errors'),
  }
  const done = spawnSync('sh', ['-c', script, 'sh', program, ...args], { env })
  const wall = (performance.now() - from) / 1000
  if (done.stdout.toString() !== '0\n') throw new Error(`${program}: ${readFileSync(env.ERRORS, 'utf8')}`)
  const peak = Math.max(0, ...readFileSync(log, 'utf8').split('\n').map(Number))
  return { cpu: childrenCpu() - before, wall, peak }
}

/** Seconds of CPU of all children that have ended (proc(5): cutime and cstime, in hundredths). */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

async function makeDump(path: string): Promise<void> {
  const { random, files } = nodeEnv()
  const name = masterPrincipal(REALM)
  const master = new MasterKey(1, await masterKeyFromPassword(18, new Secret(encodeText('master')), name))
  await writeStash(scratch.file('stash'), name, [{ kvno: 1, key: master.key }], NOW, files)
  const key = (etype: 17 | 18) => {
    const sealed = master.sealKey({ etype, value: new Secret(random(etype === 18 ? 32 : 16)) }, random)
    return { version: 1 as const, kvno: 1, etype, sealed, saltType: 0, salt: new Uint8Array(0) }
  }
  const base: Omit<PrincipalEntry, 'principal'> = {
    attributes: 0,
    maxLife: 86_400,
    maxRenewableLife: 0,
    expiration: 0,
    pwExpiration: 0,
    lastSuccess: 0,
    lastFailed: 0,
    failAuthCount: 0,
    tlData: [
      { type: TlType.MOD_PRINC, contents: modificationContents({ at: NOW, by: `root/admin@${REALM}` }) },
      { type: TlType.MKVNO, contents: masterKvnoContents(1) },
      { type: TlType.LAST_PWD_CHANGE, contents: timeContents(NOW) },
    ],
    keyData: [key(18), key(17)],
  }
  const own = { version: 1 as const, kvno: 1, etype: 18, sealed: master.sealKey(master.key, random), saltType: 0, salt: new Uint8Array(0) }
  const marks = [
    { type: TlType.MKVNO, contents: masterKvnoContents(1) },
    { type: TlType.ACTKVNO, contents: activationContents([{ kvno: 1, from: 0 }]) },
  ]
  const file = openSync(path, 'w')
  const format = DUMP_FORMATS.latest
  let lines = format.header + principalLine({ ...base, principal: name, keyData: [own], tlData: marks }, format)
  for (let i = 0; i < PRINCIPALS; i++) {
    lines += principalLine({ ...base, principal: { type: 1, realm: REALM, components: [`u${String(i).padStart(7, '0')}`] } }, format)
    if (lines.length < 1 << 20 && i < PRINCIPALS - 1) continue
    writeSync(file, lines, null, 'latin1')
    lines = ''
  }
  closeSync(file)
}
