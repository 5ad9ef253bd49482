import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadProfile } from '../../../../src/core/config/profile.ts'
import { parseBoolean, parseInteger } from '../../../../src/core/config/values.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

const VECTORS = new URL('../../../../../shared/vectors/profile.json', import.meta.url)

interface Case {
  readonly name: string
  readonly text?: string
  readonly paths?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, readonly (string | number)[] | null>>
  readonly error?: string
}

/** `<5 x>` stands for five times x, `@D@` for the folder of the case. */
function expand(text: string): string {
  return text.replace(/<(\d+) x>/g, (_, count) => 'x'.repeat(Number(count))).replaceAll('@D@', '/case')
}

describe.skipIf(!existsSync(VECTORS))('configuration files as MIT reads them (shared vectors; skipped without them)', () => {
  const file = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, 'utf8')) : { cases: [], booleans: {}, integers: {}, named_files: {} }
  const cases: readonly Case[] = file.cases

  async function load(c: Case) {
    const contents: Record<string, string> = {}
    for (const [name, text] of Object.entries({ ...file.named_files, ...c.files } as Record<string, string>))
      contents[`/case/${name}`] = expand(text)
    if (c.text !== undefined) contents['/case/main'] = expand(c.text)
    const paths = c.paths?.map(name => `/case/${name}`) ?? ['/case/main']
    return loadProfile(paths, memoryFiles(contents))
  }

  it.each(cases.filter(c => c.error !== undefined))('refuses: $name', async c => {
    await expect(load(c)).rejects.toThrow(expect.objectContaining({ message: c.error }))
  })

  it.each(cases.filter(c => c.error === undefined))('reads: $name', async c => {
    const profile = await load(c)
    for (const [path, expected] of Object.entries(c.values!)) {
      const values = profile.values(...path.split('/'))
      if (typeof expected?.[0] === 'number') expect(values.map(value => value.length)).toEqual(expected)
      else expect(values).toEqual(expected ?? [])
      expect(profile.value(...path.split('/'))).toBe(values[0])
    }
  })

  it.each(Object.entries(file.booleans))('boolean %j is %j', (text, value) => expect(parseBoolean(text as string) ?? null).toBe(value))

  it.each(Object.entries(file.integers))('integer %j is %j', (text, value) => expect(parseInteger(text as string) ?? null).toBe(value))

  it('has all cases', () => expect(cases).toHaveLength(file.count))
})
