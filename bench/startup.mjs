// CPU time (user + system) that each program needs to start and end, over an empty Node script of the same run. The budget is 30 ms.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WARM_UPS, warmFolder } from '../scripts/warm-ups.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const rounds = Math.max(15, Number(process.argv[2] ?? 15))
const folder = mkdtempSync(join(tmpdir(), 'tkrb5-bench-'))

const env = warmFolder(folder, writeFileSync)

try {
  const empty = join(folder, 'empty.cjs')
  writeFileSync(empty, '')
  const runs = { 'node empty.cjs': [empty] }
  for (const name of Object.keys(JSON.parse(readFileSync(join(root, 'scripts/programs.json'), 'utf8')))) {
    if (!existsSync(join(root, 'dist', `${name}.cjs`))) continue
    const { args, before = [], endAfterMs } = WARM_UPS[name](folder)
    for (const [program, ...words] of before) spawnSync(process.execPath, [join(root, 'bin', program), ...words], { env })
    if (endAfterMs === undefined) runs[name] = [join(root, 'bin', name), ...args]
    runs[`${name} --version`] = [join(root, 'bin', name), '--version']
  }
  const samples = Object.fromEntries(Object.keys(runs).map(name => [name, []]))
  // Round by round, so that a busy minute hits every program alike.
  for (let round = 0; round < rounds; round++) for (const [name, args] of Object.entries(runs)) samples[name].push(cpuMs(args))
  print(samples)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** bash's `time` reads the kernel's microsecond counters of the child. */
function cpuMs(args) {
  const timed = 'TIMEFORMAT="%3U %3S"; { time "$@" >/dev/null 2>/dev/null </dev/null; } 2>&1'
  const run = spawnSync('bash', ['-c', timed, 'bash', process.execPath, ...args], { env, encoding: 'utf8' })
  const [user, system] = run.stdout.trim().split(' ').map(Number)
  return (user + system) * 1000
}

function print(samples) {
  const [floorName] = Object.keys(samples)
  const floor = summary(samples[floorName])
  const width = Math.max(...Object.keys(samples).map(name => name.length))
  console.log(`${'CPU ms'.padEnd(width)}  median     min  above (median)  above (min)   (${rounds} rounds, node ${process.version})`)
  for (const [name, values] of Object.entries(samples)) {
    const { median, min } = summary(values)
    const cells = [median.toFixed(1).padStart(7), min.toFixed(1).padStart(6)]
    if (name !== floorName) cells.push((median - floor.median).toFixed(1).padStart(14), (min - floor.min).toFixed(1).padStart(11))
    console.log(`${name.padEnd(width)} ${cells.join('  ')}`)
  }
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1], min: sorted[0] }
}
