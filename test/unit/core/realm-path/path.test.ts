import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Capaths, capaths } from '../../../../src/core/config/capaths.ts'
import { loadProfile } from '../../../../src/core/config/profile.ts'
import { configuredPath, hierarchicalPath, realmPath } from '../../../../src/core/realm-path/path.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

const NOTHING: Capaths = { between: () => undefined, pairs: () => [] }

describe('by the hierarchy', () => {
  test.each([
    ['A.EXAMPLE', 'B.EXAMPLE', 'A.EXAMPLE EXAMPLE B.EXAMPLE'],
    ['EXAMPLE', 'B.EXAMPLE', 'EXAMPLE B.EXAMPLE'],
    ['B.EXAMPLE', 'EXAMPLE', 'B.EXAMPLE EXAMPLE'],
    ['A.B.C.EXAMPLE', 'X.C.EXAMPLE', 'A.B.C.EXAMPLE B.C.EXAMPLE C.EXAMPLE X.C.EXAMPLE'],
    ['BC.EXAMPLE', 'ABC.EXAMPLE', 'BC.EXAMPLE EXAMPLE ABC.EXAMPLE'],
    ['A.EAST', 'B.WEST', 'A.EAST EAST WEST B.WEST'],
    ['EAST', 'WEST', 'EAST WEST'],
    ['A.', 'B.', 'A. B.'],
    ['A..E', 'B..E', 'A..E .E B..E'],
    ['a.EXAMPLE', 'a.example', 'a.EXAMPLE EXAMPLE example a.example'],
    ['/C=US/O=a.b', 'X.b', '/C=US/O=a.b X.b'],
    ['X.b', 'NAMETYPE:a.b', 'X.b NAMETYPE:a.b'],
    ['', 'A.B', ' B A.B'],
    ['SAME', 'SAME', 'SAME'],
  ])('%s to %s', (from, to, path) => {
    expect(hierarchicalPath(from, to).join(' ')).toBe(path)
    expect(realmPath(from, to, NOTHING).join(' ')).toBe(path)
  })

  test('a name with more labels than a domain has is reached directly', () => {
    const long = 'a.'.repeat(30_000)
    expect(hierarchicalPath(long, 'B')).toEqual([long, 'B'])
  })
})

describe('by [capaths]', () => {
  const SECTION = `
[capaths]
  A.X = {
    B.X = .
    C.Y = B.X
    D.Z = B.X  remarks count for nothing
    D.Z = C.Y
    E.X = B.X
    E.X = A.X
    E.X = B.X
    E.X = E.X
    F.X = .direct
    F.X = B.X
  }
  B.X = {
    A.X = C.Y
  }`

  test.each([
    ['A.X', 'B.X', 'A.X B.X'],
    ['A.X', 'C.Y', 'A.X B.X C.Y'],
    ['A.X', 'D.Z', 'A.X B.X C.Y D.Z'],
    ['A.X', 'E.X', 'A.X B.X E.X'],
    ['A.X', 'F.X', 'A.X F.X'],
    ['B.X', 'A.X', 'B.X C.Y A.X'],
  ])('%s to %s', async (from, to, path) => {
    const paths = await read(SECTION)
    expect(realmPath(from, to, paths).join(' ')).toBe(path)
    expect(configuredPath(from, to, paths).join(' ')).toBe(path)
  })

  test('a pair that is not there goes by the hierarchy, and for the section alone directly', async () => {
    const paths = await read(SECTION)
    expect(realmPath('C.X', 'A.X', paths)).toEqual(['C.X', 'X', 'A.X'])
    expect(configuredPath('C.X', 'A.X', paths)).toEqual(['C.X', 'A.X'])
  })

  test('all pairs can be listed', async () => {
    expect((await read(SECTION)).pairs()).toEqual([
      ['A.X', 'B.X'],
      ['A.X', 'C.Y'],
      ['A.X', 'D.Z'],
      ['A.X', 'E.X'],
      ['A.X', 'F.X'],
      ['B.X', 'A.X'],
    ])
  })
})

test('whatever the names, a path has its two ends, no realm twice, and an end', () => {
  const realm = fc.array(fc.constantFrom('A', 'B', 'AB', '', 'x', '/', '='), { maxLength: 9 }).map(labels => labels.join('.'))
  const between = fc.option(fc.array(realm, { maxLength: 12 }), { nil: undefined })
  fc.assert(
    fc.property(realm, realm, between, (from, to, realms) => {
      const path = realmPath(from, to, { between: () => realms })
      expect(path[0]).toBe(from)
      expect(path.at(-1)).toBe(to)
      expect(new Set(path).size).toBe(path.length)
      expect(path.slice(1, -1)).not.toContain('')
      expect(path.length).toBeLessThanOrEqual(realms === undefined ? 18 : realms.length + 2)
      if (realms === undefined) expect([...path].reverse()).toEqual(hierarchicalPath(to, from))
    }),
  )
})

async function read(text: string): Promise<Capaths> {
  return capaths(await loadProfile(['/k'], memoryFiles({ '/k': text })))
}
