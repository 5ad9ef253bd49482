import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { capaths } from '../../src/core/config/capaths.ts'
import { loadProfile } from '../../src/core/config/profile.ts'
import { realmPath } from '../../src/core/realm-path/path.ts'
import { memoryFiles } from '../helpers/memory-files.ts'
import { describeWith, mit, PYTHON, python } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Labels of few letters, so that names share endings, whole labels or not. */
const realm = fc.array(fc.constantFrom('A', 'B', 'AB', 'BA', 'a'), { minLength: 1, maxLength: 6 }).map(labels => labels.join('.'))
const pairs = fc.array(fc.tuple(realm, realm), { minLength: 1, maxLength: 300 })
/** The values of a relation: each realm once, or a direct trust. */
const between: fc.Arbitrary<readonly string[]> = fc.oneof(fc.constant(['.']), fc.uniqueArray(realm, { minLength: 1, maxLength: 4 }))

describeWith([mit(), python()], "paths between realms as MIT's library has them", () => {
  const scratch = scratchFolder('paths')
  afterAll(() => scratch.remove())

  async function compare(asked: readonly (readonly [string, string])[], config: string) {
    const file = join(scratch.path, 'krb5.conf')
    writeFileSync(file, config)
    const script = join(import.meta.dirname, 'python/realm_tree.py')
    const { stdout, stderr } = run(PYTHON, [script], { env: { KRB5_CONFIG: file }, input: JSON.stringify(asked) })
    expect(stderr).toBe('')
    const ways = capaths(await loadProfile(['/k'], memoryFiles({ '/k': config })))
    const own = asked.map(([from, to]) => (from === to ? null : realmPath(from, to, ways)))
    expect(own).toEqual(JSON.parse(stdout))
  }

  test('by the hierarchy', () =>
    fc.assert(
      fc.asyncProperty(pairs, asked => compare(asked, '[libdefaults]\n')),
      { numRuns: 10 },
    ))

  test('by [capaths]', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(realm, realm, between), { minLength: 1, maxLength: 60 }), async rows => {
        // What lies between two realms is neither of them: those we leave out, and MIT does not.
        const proper = rows.filter(([from, to, values]) => from !== to && !values.includes(from) && !values.includes(to))
        const once = [...new Map(proper.map(row => [`${row[0]} ${row[1]}`, row])).values()]
        const lines = once.map(([from, to, values]) => ` ${from} = {\n${values.map(value => `  ${to} = ${value}\n`).join('')} }\n`)
        await compare(
          once.map(([from, to]) => [from, to] as const),
          `[capaths]\n${lines.join('')}`,
        )
      }),
      { numRuns: 10 },
    ))
})
