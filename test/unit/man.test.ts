import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import programs from '../../scripts/programs.json' with { type: 'json' }
import { COMMON_FLAGS, type FlagSet, type Program } from '../../src/commands/base.ts'
import { REQUESTS } from '../../src/commands/tkadmin/requests/index.ts'
import { REQUESTS as KEYTAB_REQUESTS } from '../../src/commands/tktutil/requests/index.ts'

/** A program's options are in its manual page, and the page is installed. */
const root = resolve(import.meta.dirname, '../..')
const { bin, man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

describe.each(Object.entries(programs))('%s', (name, command) => {
  const pages: string[] = man.filter((path: string) => path.replace(/^man\/|\.\d$/g, '') === name)

  it('has one manual page and one bin', () => {
    expect(pages).toHaveLength(1)
    expect(existsSync(join(root, bin[name]))).toBe(true)
    expect(existsSync(join(root, pages[0]!))).toBe(true)
  })

  it('has every option in its manual page', async () => {
    const { program } = (await import(join(root, command))) as { program: Program }
    const { flags, grammar } = program.spec
    const text = readFileSync(join(root, pages[0]!), 'utf8')
      .replace(/\\f[BIR]/g, '')
      .replaceAll('\\-', '-')
    const all: FlagSet = { ...COMMON_FLAGS, ...flags }
    for (const [key, flag] of Object.entries(all)) {
      if (flag.hidden === true) continue
      const spellings = [...(flag.letter === undefined ? [] : [`-${flag.letter}`]), ...(flag.letterOnly ? [] : [`--${key}`])]
      for (const spelling of grammar === 'words' && !(key in COMMON_FLAGS) ? [`-${key}`] : spellings) {
        expect(text.split(/[^-\w]+/), `${name}: ${spelling}`).toContain(spelling)
      }
    }
  })
})

describe.each([
  ['tkadmin.1', REQUESTS],
  ['tkadmin.local.8', REQUESTS],
  ['tktutil.1', KEYTAB_REQUESTS],
] as const)('%s', (page, requests) => {
  const text = readFileSync(join(root, 'man', page), 'utf8').replace(/\\f[BIR]/g, '')

  it.each(requests.flatMap(({ names }) => names))('describes %s', name => {
    expect(text.split(/[\s(),]+/)).toContain(name)
  })
})
