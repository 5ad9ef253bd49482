import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import programs from '../../scripts/programs.json' with { type: 'json' }
import type { Program } from '../../src/commands/base.ts'
import { type Completable, completable } from '../../src/commands/completions/completable.ts'
import { completionFiles } from '../../src/commands/completions/index.ts'
import { describeWith, shell } from '../helpers/peers.ts'
import { run, which } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Options, manual pages and completions say the same. */
const root = resolve(import.meta.dirname, '../..')
const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const scratch = scratchFolder('completions')
const specs: Completable[] = []
const loaded: Program[] = []

beforeAll(async () => {
  for (const command of Object.values(programs)) loaded.push(((await import(join(root, command))) as { program: Program }).program)
  specs.push(...loaded.map(completable))
  for (const [path, text] of Object.entries(completionFiles(loaded))) {
    mkdirSync(dirname(scratch.file(path)), { recursive: true })
    writeFileSync(scratch.file(path), text)
  }
})
afterAll(() => scratch.remove())

const spellings = ({ options }: Completable) => options.flatMap(option => option.spellings)
const specOf = (name: string) => specs.find(spec => spec.name === name)!

describe.each(Object.keys(programs))('%s', name => {
  it('has no option in its manual page that it does not take', () => {
    const page = readFileSync(
      join(
        root,
        man.find((path: string) => path.replace(/^man\/|\.\d$/g, '') === name),
      ),
      'utf8',
    )
    const described = optionHeadings(page)
    expect(described.length).toBeGreaterThan(2)
    const taken = Object.entries(loaded.find(({ spec }) => spec.name === name)!.spec.flags)
    const all = [...spellings(specOf(name)), ...taken.flatMap(([key, { letter }]) => [`-${letter}`, `--${key}`])]
    for (const spelling of described) expect(all).toContain(spelling)
  })

  it('is completed in bash: every option, and what can come first', () => {
    const { options, first } = specOf(name)
    for (const { spellings, value } of options) {
      const longest = spellings.at(-1)!
      expect(inBash(name, [longest])).toContain(longest)
      if (value !== undefined && !value.isFile) expect(inBash(name, [longest, ''])).toEqual([])
    }
    for (const word of first) expect(inBash(name, [word.slice(0, -1)])).toContain(word)
  })
})

describe('completion in bash', () => {
  it('goes on after values, and offers files for what is a file', () => {
    expect(inBash('tkinit', ['--forw'])).toEqual(['--forwardable'])
    expect(inBash('tkadmin.local', ['-p', 'somebody', 'ktrem'])).toEqual(['ktremove', 'ktrem'])
    expect(inBash('tkadmin.local', ['getprinc', 'ktrem'])).toEqual([])
    writeFileSync(scratch.file('a file.keytab'), '')
    expect(inBash('tkinit', ['-t', scratch.file('a fi')])).toEqual([scratch.file('a file.keytab')])
  })
})

describeWith([shell('zsh')], 'completion in zsh', () => {
  it('hands every option to _arguments', () => {
    const script = `_arguments() { print -rl -- "$@" }\nfor service in ${specs.map(({ name }) => name).join(' ')}; do print "# $service"; source $1; done`
    const done = run(which('zsh')!, ['-f', '-c', script, 'zsh', scratch.file('zsh/_tkrb5')])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    for (const block of done.stdout.split(/^# /m).slice(1)) {
      const [name, ...specifications] = block.trimEnd().split('\n')
      const given = specifications.flatMap(line => /^(?:\([^)]*\)|\*)?(--?[\w-]+)\[/.exec(line)?.[1] ?? [])
      expect(given.sort()).toEqual([...spellings(specOf(name!))].sort())
    }
  })
})

describeWith([shell('fish')], 'completion in fish', () => {
  it('offers every option, and what can come first', () => {
    for (const spec of specs) {
      const lines = ['-', '--', ''].map(start => `complete -C '${spec.name} ${start}'`)
      const done = run(which('fish')!, ['--no-config', '-c', `source ${scratch.file('fish/tkrb5.fish')}; ${lines.join('; ')}`], {
        env: { HOME: scratch.path, XDG_DATA_HOME: scratch.path },
      })
      const offered = done.stdout.split('\n').map(line => line.split('\t')[0]!)
      for (const word of [...spellings(spec), ...spec.first]) expect(offered).toContain(word)
      expect(done.stderr).toBe('')
    }
  })
})

/** The words that bash would offer for the last one. */
function inBash(program: string, words: readonly string[]): string[] {
  const script =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's.
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tkrb5 "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; printf "%s\\n" "${COMPREPLY[@]}"'
  const done = run(which('bash')!, ['--norc', '-c', script, 'bash', scratch.file('bash/tkrb5'), program, ...words], {
    cwd: scratch.file('bash'),
  })
  expect(done.stderr).toBe('')
  return done.stdout.split('\n').filter(Boolean)
}

/** Spellings in the headings of the section OPTIONS. */
function optionHeadings(page: string): string[] {
  const section = /^\.SH OPTIONS\n([\s\S]*?)^\.SH /m.exec(page)?.[1] ?? ''
  const headings = [...section.matchAll(/^\.TP\n(.*)$/gm)].map(match => match[1]!)
  return headings.flatMap(heading =>
    heading
      .replace(/\\f[BIR]/g, ' ')
      .replaceAll('\\-', '-')
      .split(/[\s,"|]+/)
      .filter(word => /^--?\w[\w-]*$/.test(word)),
  )
}
