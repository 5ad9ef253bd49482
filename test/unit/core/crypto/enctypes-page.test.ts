import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sessionEnctypes } from '../../../../src/core/config/enctypes.ts'
import { ETYPES } from '../../../../src/core/crypto/etypes/index.ts'
import { ETYPE } from '../../../../src/core/registry/etype.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

interface Row {
  readonly number: number
  readonly name: string
  readonly aliases: readonly string[]
  readonly standing: string
  readonly relation: string
  readonly file: string
}

describe('docs/enctypes.md', () => {
  const rows = readRows()

  it('has what is built, in that order, under the names of the registry', () => {
    const built = ETYPES.map(({ id, names: [name, ...aliases], standing }) => ({ number: id, name, aliases, standing }))
    expect(rows.map(({ number, name, aliases, standing }) => ({ number, name, aliases, standing }))).toEqual(built)
  })

  it.each(rows)('names the file of $name', ({ number, file }) => {
    const constant = Object.entries(ETYPE).find(([, id]) => id === number)![0]
    expect(readFileSync(resolve(ROOT, 'src/core/crypto/etypes', file), 'utf8')).toContain(`ETYPE.${constant},`)
  })

  it.each(rows)('names the switch that makes $name a session key', ({ number, name, relation }) => {
    const permits = (relations: readonly string[]) =>
      sessionEnctypes({
        permittedEnctypeList: name,
        defaultTktEnctypeList: undefined,
        defaultTgsEnctypeList: undefined,
        allowWeakCrypto: relations.includes('allow_weak_crypto'),
        allowDes3: relations.includes('allow_des3'),
        allowRc4: relations.includes('allow_rc4'),
      }).includes(number)
    expect(permits([relation])).toBe(true)
    expect(permits([])).toBe(relation === '')
    expect(permits(['allow_weak_crypto', 'allow_des3', 'allow_rc4'].filter(other => other !== relation))).toBe(relation === '')
  })
})

function readRows(): Row[] {
  const page = readFileSync(resolve(ROOT, 'docs/enctypes.md'), 'utf8')
  return page
    .split('\n')
    .filter(line => /^\| \d/.test(line))
    .map(line => {
      const [number, name, aliases, standing, , relation, file] = line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('`', ''))
      return { number: Number(number), name: name!, aliases: aliases!.split(', '), standing: standing!, relation: relation!, file: file! }
    })
}
