import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../helpers/process.ts'

/** A program of every kind of end, run as a process: what `main` makes of it is streams and a status. */
const root = resolve(import.meta.dirname, '../../..')
const folder = join(root, 'node_modules/.cache/test-scripts')
const program = join(folder, `base-${process.pid}.mjs`)

const SOURCE = `
import { defineProgram, main, UsageError } from './src/commands/base.ts'
import { KrbError } from './src/core/errors/krb-error.ts'
const failure = new KrbError('KRB5_KDC_UNREACH', { realm: 'X' }, { text: 'Cannot \\u001b[2J reach', doing: 'testing', hints: ['look there'] })
main(defineProgram({
  name: 'tktest',
  summary: 'Test.',
  flags: {
    number: { letter: 'w', value: 'N', type: 'integer', doc: 'a number' },
    list: { letter: 'x', value: 'X', many: true, doc: 'a list' },
    text: { letter: 't', value: 'T', doc: 'a text' },
    quiet: { letter: 'q', doc: 'a switch' },
  },
  operands: { synopsis: 'how', doc: 'HOW to end.', min: 1, max: 2 },
  usage: name => 'Usage: ' + name + ' how\\n',
  usageStatus: 9,
  async run({ options, operands, out, name }) {
    switch (operands[0]) {
      case 'options': return { text: () => JSON.stringify(options) + '\\n', json: () => options }
      case 'status': return { status: 5, text: () => 'text\\n', notes: () => 'notes\\n', json: () => ({ a: 1 }) }
      case 'throw': throw failure
      case 'fail': return { failure, text: () => 'before\\n', json: () => ({ before: true }) }
      case 'usage': throw new UsageError(['not so'])
      case 'bug': throw new TypeError('a mistake')
      case 'late-bug': setTimeout(() => { throw new TypeError('a late mistake') }, 1); return new Promise(() => setTimeout(() => {}, 5000))
      case 'much': for (let i = 0; i < 20000; i++) out('0123456789'.repeat(10) + '\\n'); return {}
      case 'octets': out('a\\udce9b\\u00e9' + name + '\\n'); return {}
    }
    return {}
  },
}))
`

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  await build({
    stdin: { contents: SOURCE, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: program,
    logLevel: 'error',
  })
})
afterAll(() => rmSync(program, { force: true }))

const name = `base-${process.pid}.mjs`

function ends(...args: string[]) {
  return run(process.execPath, [program, ...args])
}

describe('a program', () => {
  it('gets typed options; the last of a repeated one wins', () => {
    expect(JSON.parse(ends('-w', '3', '-w-1', '-x', 'a', '-xb', '-t', '-dash', '-q', 'options').stdout)).toEqual({
      number: -1,
      list: ['a', 'b'],
      text: '-dash',
      quiet: true,
      help: false,
      version: false,
    })
    expect(JSON.parse(ends('options').stdout)).toEqual({ list: [], quiet: false, help: false, version: false })
  })

  it('refuses a number that is none', () => {
    expect(ends('-w', 'x', 'options')).toMatchObject({ code: 9, stdout: '' })
    expect(ends('-w', 'x', 'options').stderr).toMatch(/integer.*x\nUsage: /s)
  })

  it('ends with its status, text and notes', () => {
    expect(ends('status')).toEqual({ code: 5, stdout: 'text\n', stderr: 'notes\n' })
    expect(ends('--json', 'status')).toEqual({ code: 5, stdout: '{\n  "schema": 1,\n  "a": 1\n}\n', stderr: 'notes\n' })
  })

  it('tells a failure by its called name, without control characters; hints are for terminals and JSON', () => {
    const stderr = `${name}: Cannot \\x1b[2J reach while testing\n`
    expect(ends('throw')).toEqual({ code: 1, stdout: '', stderr })
    expect(ends('fail')).toEqual({ code: 1, stdout: 'before\n', stderr })
    const { stdout, ...rest } = ends('throw', '--json')
    expect(rest).toEqual({ code: 1, stderr })
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: {
        code: 'KRB5_KDC_UNREACH',
        number: -1765328228,
        protocolCode: null,
        message: 'Cannot \u001b[2J reach',
        while: 'testing',
        hints: ['look there'],
      },
    })
    expect(JSON.parse(ends('fail', '--json').stdout)).toMatchObject({ before: true, error: { code: 'KRB5_KDC_UNREACH' } })
  })

  it('shows its usage for what makes no sense', () => {
    expect(ends('usage')).toEqual({ code: 9, stdout: '', stderr: `not so\nUsage: ${name} how\n` })
    expect(ends()).toMatchObject({ code: 9 })
    expect(ends('a', 'b', 'c')).toMatchObject({ code: 9 })
    expect(ends('-Z', 'a').stderr).toBe(`${name}: invalid option -- 'Z'\nUsage: ${name} how\n`)
  })

  it.each(['bug', 'late-bug'])('%s: a stack and status 70', how => {
    const { code, stderr } = ends(how)
    expect(code).toBe(70)
    expect(stderr).toMatch(/TypeError: a (late )?mistake\n\s+at /)
  })

  it('loses nothing of a long output, through a slow pipe', () => {
    const done = run('bash', ['--norc', '-c', `"$0" "$1" much | (sleep 0.3; wc -c)`, process.execPath, program])
    expect(done.stdout.trim()).toBe(String(20000 * 101))
  })

  it('ends silently when nobody reads on', () => {
    const done = run('bash', ['--norc', '-c', `"$0" "$1" much | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`, process.execPath, program])
    expect(done).toEqual({ code: 0, stdout: '141\n', stderr: '' })
  })

  it('writes names that are not UTF-8 as their octets', () => {
    const done = run('bash', ['--norc', '-c', `"$0" "$1" octets | od -An -tx1 | head -1`, process.execPath, program])
    expect(done.stdout).toMatch(/^ 61 e9 62 c3 a9 62 61 73 65/)
  })
})
