import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clientEnv } from '../helpers/mit-realm.ts'
import { startOwnRealm } from '../helpers/own-realm.ts'
import { run, which } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

interface Step {
  readonly command: string
  readonly line: number
  readonly stdout: string[]
  readonly stderr: string[]
  status: number
}

interface Script {
  readonly realm: readonly string[]
  readonly steps: readonly Step[]
}

const bins = resolve(import.meta.dirname, '../../bin')

describe('scripts', () => {
  for (const name of readdirSync(import.meta.dirname).filter(file => file.endsWith('.txt'))) {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8')
    const lacksJq = text.includes('| jq ') && which('jq') === undefined
    it.skipIf(lacksJq)(lacksJq ? `${name} [skipped: jq is not installed]` : name, { timeout: 60_000 }, async () => {
      const script = readScript(text)
      if (script.realm.length === 0) return play(script.steps, noRealm())
      const realm = await startOwnRealm({ setup: script.realm })
      await play(script.steps, { folder: realm.folder, env: realm.env, remove: () => realm.stop() })
    })
  }
})

interface Stage {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly remove: () => void | Promise<void>
}

function noRealm(): Stage {
  const scratch = scratchFolder('cli')
  writeFileSync(scratch.file('krb5.conf'), '[libdefaults]\n default_realm = CLI.TEST\n dns_lookup_kdc = false\n')
  return { folder: scratch.path, env: clientEnv(scratch.path), remove: scratch.remove }
}

async function play(steps: readonly Step[], stage: Stage): Promise<void> {
  try {
    const path = `${bins}:${process.env.PATH}:/usr/sbin:/sbin`
    for (const step of steps) {
      // bash takes a socket for its input, which Node gives it, for a remote shell and would read .bashrc.
      const done = run('bash', ['--norc', '-c', step.command], { env: { ...stage.env, PATH: path }, cwd: stage.folder })
      const shown = (text: string) => lines(text.replaceAll(stage.folder, '$PWD'))
      const seen = { stdout: shown(done.stdout), stderr: shown(done.stderr), status: done.code }
      // Lines that match their pattern are shown as the pattern, so that a difference reads well.
      const actual = { ...seen, stdout: matched(seen.stdout, step.stdout), stderr: matched(seen.stderr, step.stderr) }
      expect(actual, `line ${step.line}: ${step.command}`).toEqual({ stdout: step.stdout, stderr: step.stderr, status: step.status })
    }
  } finally {
    await stage.remove()
  }
}

function readScript(text: string): Script {
  const realm: string[] = []
  const steps: Step[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const last = steps.at(-1)
    const status = /^\[(\d+)\]$/.exec(line)
    if (line.startsWith('# realm: ')) realm.push(line.slice(9))
    else if (line.startsWith('#') || line === '') continue
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), line: i + 1, stdout: [], stderr: [], status: 0 })
    else if (last === undefined) throw new Error(`line ${i + 1}: no command yet`)
    else if (line.startsWith('> ')) steps[steps.length - 1] = { ...last, command: `${last.command}\n${line.slice(2)}` }
    else if (status !== null) last.status = Number(status[1])
    else if (line.startsWith('2> ')) last.stderr.push(line.slice(3))
    else if (line.startsWith('2~ ')) last.stderr.push(line.slice(1))
    else last.stdout.push(line === '""' ? '' : line)
  }
  return { realm, steps }
}

function lines(text: string): string[] {
  if (text === '') return []
  return text.replace(/\n$/, '').split('\n')
}

function matched(seen: readonly string[], wanted: readonly string[]): string[] {
  return seen.map((line, i) => {
    const pattern = wanted[i]
    return pattern?.startsWith('~ ') && new RegExp(`^${pattern.slice(2)}$`).test(line) ? pattern : line
  })
}
