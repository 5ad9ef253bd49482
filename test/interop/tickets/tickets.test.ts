import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeWith } from '../../helpers/peers.ts'
import { COLUMNS, type Column, headingOf, peersOf, REFERENCE, WITNESSES } from './columns.ts'
import { cellOf, columnIn, documentOf, mistakesIn, type Results } from './document.ts'
import { REASONS } from './reasons.ts'
import { ROWS } from './rows/index.ts'
import { runColumns } from './run.ts'

/** Issue 3, shown by 1: every ticket and every change of one, ours and the peers' clients and KDCs side by side. */
const PAGE = resolve(import.meta.dirname, '../../../docs/interop/tickets.md')
const WRITE = process.env.TKRB5_WRITE_TABLES === '1'

const present = [...COLUMNS, ...WITNESSES.values()].filter(column => peersOf(column).every(peer => peer.present))
const everybody = [...COLUMNS, ...WITNESSES.values()].flatMap(peersOf)
let results: Results

beforeAll(async () => {
  results = await runColumns(present)
  if (!WRITE) return
  if (!everybody.every(peer => peer.present)) throw new Error('the page cannot be written where a peer is missing')
  mkdirSync(dirname(PAGE), { recursive: true })
  writeFileSync(PAGE, documentOf(results))
}, 300_000)

describe.each(COLUMNS.map(column => [headingOf(column), column] as const))('tickets: %s', (_, column: Column) => {
  describeWith([...peersOf(column), ...peersOf(WITNESSES.get(column.id) ?? column)], 'as written', () => {
    it('gets and is refused what docs/interop/tickets.md says', () => {
      const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''
      const cells = Object.fromEntries(ROWS.map(row => [row.title, cellOf(column, row.id, results)]))
      expect(cells).toEqual(columnIn(page, column))
    })
  })
})

describeWith(everybody, 'the table of tickets', () => {
  it('says why a cell is not the reference, and only then', () => {
    expect(mistakesIn(results)).toEqual({ unexplained: [], needless: [] })
  })
  it('is the page, to the letter', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(documentOf(results))
  })
})

describe('reasons', () => {
  const cells = (of: (row: string) => string) => new Map(ROWS.map(({ id }) => [id, of(id)]))
  const same = new Map([...COLUMNS, ...WITNESSES.values()].map(({ id }) => [id, cells(() => 'IA')]))
  it('for what is no difference are found', () => {
    const { unexplained, needless } = mistakesIn(same)
    expect(unexplained).toEqual([])
    expect(needless.length).toBe(REASONS.flatMap(({ cells }) => cells.flatMap(([columns, rows]) => columns.flatMap(() => rows))).length)
  })
  it('that are the KDC’s do not serve where our client gets something else than MIT’s', () => {
    const results = new Map([...same, ['ours-on-heimdal', cells(row => (row === 'life-realm' ? '1d' : 'IA'))]])
    expect(mistakesIn(results).unexplained).toEqual([
      "life-realm of ours-on-heimdal: 1d, not IA; MIT's client there: IA (the reason is not ours)",
    ])
  })
})

describe('rows and columns of the table of tickets', () => {
  it('have names of their own', () => {
    expect(new Set(ROWS.map(row => row.title)).size).toBe(ROWS.length)
    expect(new Set(ROWS.map(row => row.id)).size).toBe(ROWS.length)
    expect(COLUMNS[0]).toBe(REFERENCE)
  })
})
