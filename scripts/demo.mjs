// npm run demo: a throwaway realm, a user, a log-in and a listing, as a person would type them. Nothing is left behind.
import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin')

// Each line as it would be typed, and what is typed at its prompts.
const SESSION = [
  ['tkadmin addprinc alice', 'wonderland\nwonderland\n'],
  ['tkadmin addprinc -randkey host/server.test'],
  ['tkinit -f -r 10h alice', 'wonderland\n'],
  ['tkvno host/server.test'],
  ['tklist -f'],
]

if (process.argv[2] === 'inside') {
  for (const [line, typed = ''] of SESSION) {
    process.stdout.write(`$ ${line}\n`)
    const [program, ...args] = line.split(' ')
    const run = spawnSync(process.execPath, [join(bin, program), ...args], { input: typed, stdio: ['pipe', 'inherit', 'inherit'] })
    if (run.status !== 0) process.exit(run.status ?? 1)
    process.stdout.write('\n')
  }
} else {
  process.stdout.write('$ tkrealm run -- sh        # a realm of its own, gone at the end\n\n')
  const path = `${bin}${delimiter}${process.env.PATH}`
  const inside = [process.execPath, fileURLToPath(import.meta.url), 'inside']
  const run = spawnSync(process.execPath, [join(bin, 'tkrealm'), 'run', '--', ...inside], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  })
  process.exit(run.status ?? 1)
}
