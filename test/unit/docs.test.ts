import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** What comments point to is in the repository: `docs/...` pages, and the numbers of docs/security.md. */
const root = resolve(import.meta.dirname, '../..')
const sources = ['src', 'test', 'bench', 'scripts'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => /\.(ts|mjs|cjs)$/.test(path))
    .map(path => join(folder, path)),
)
const threats = new Set([...readFileSync(join(root, 'docs/security.md'), 'utf8').matchAll(/^\| (T\d+) /gm)].map(match => match[1]!))

describe('comments', () => {
  it.each(sources)('%s points to pages that exist', path => {
    const text = readFileSync(join(root, path), 'utf8')
    const pages = [...text.matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map(([page]) => page)
    expect(pages.filter(page => !existsSync(join(root, page)))).toEqual([])
    const cited = [...text.matchAll(/\bthreats? (T\d+(?:, T\d+)*)/g)].flatMap(match => match[1]!.split(', '))
    expect(cited.filter(id => !threats.has(id))).toEqual([])
  })
})
