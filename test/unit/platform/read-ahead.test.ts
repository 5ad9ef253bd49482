import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundle } from '../../helpers/bundle.ts'

/** Says what each question got: `s` asks for a secret, `l` for a line. */
const PROGRAM = `
import { readAheadPrompter } from './src/platform/read-ahead.ts'
const prompter = readAheadPrompter('stderr')
async function answer(question) {
  try {
    if (question === 's') console.log('secret', (await prompter.secret('?')).use(o => Buffer.from(o).toString('hex')))
    else console.log('line', JSON.stringify(await prompter.line('?')))
  } catch (error) {
    console.log(error.code)
  }
}
async function all() {
  for (const question of process.argv[2]) await answer(question)
}
void all()`
let program = ''
beforeAll(() => {
  program = bundle('read-ahead', PROGRAM)
})
afterAll(() => fs.rmSync(program, { force: true }))

function asked(questions: string, input: string | Uint8Array): readonly string[] {
  const done = spawnSync(process.execPath, [program, questions], { input })
  return done.stdout.toString().trimEnd().split('\n')
}

it('gives lines and secrets in order, and the end', () => {
  expect(asked('lsll', 'one\ntw\u00e9\n\nlast')).toEqual(['line "one"', 'secret 7477c3a9', 'line ""', 'line "last"'])
  expect(asked('ls', 'one\n')).toEqual(['line "one"', 'KRB5_LIBOS_CANTREADPWD'])
  expect(asked('ll', '')).toEqual(['line undefined', 'line undefined'])
  expect(asked('s', Buffer.from([0xff, 0x0d, 0x0a]))).toEqual(['secret ff0d'])
})

it('puts lines together that lie across pieces', () => {
  const lines = Array.from({ length: 3 }, (_, i) => String(i).repeat(60_000))
  expect(asked('llll', lines.join('\n'))).toEqual([...lines.map(line => `line "${line}"`), 'line undefined'])
})

it('refuses a line without end, as long as it may be', () => {
  expect(asked('l', 'x'.repeat(65_535))).toEqual([`line "${'x'.repeat(65_535)}"`])
  expect(asked('l', 'x'.repeat(200_000))).toEqual(['KRB5_LIBOS_CANTREADPWD'])
  expect(asked('s', 'x'.repeat(4096))).toEqual(['KRB5_LIBOS_CANTREADPWD'])
})

it('waits for a writer that takes its time, on a descriptor that does not block', () => {
  const script = `(sleep 0.2; echo one; sleep 0.2; echo two) | "$0" "$1" lll`
  const done = spawnSync('sh', ['-c', script, process.execPath, program])
  expect(done.stdout.toString()).toBe('line "one"\nline "two"\nline undefined\n')
})
