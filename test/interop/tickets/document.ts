import { COLUMNS, type Column, headingOf, REFERENCE, WITNESSES } from './columns.ts'
import { REASONS, type Reason } from './reasons.ts'
import { SECTIONS } from './rows/index.ts'
import type { Cells } from './run.ts'

/** Everything that ran: columns of the table and witnesses. */
export type Results = ReadonlyMap<string, Cells>

/** The page, from a run of all columns. */
export function documentOf(results: Results): string {
  const header = ['', ...COLUMNS.map(headingOf)]
  const tables = SECTIONS.flatMap(({ title, rows }) => [
    `## ${title}`,
    '',
    line(header),
    line(header.map(() => '---')),
    ...rows.map(row => line([row.title, ...COLUMNS.map(column => cellOf(column, row.id, results))])),
    '',
  ])
  const notes = REASONS.map(({ id, why }) => `[^${id}]: ${why}`)
  return [INTRODUCTION, ...tables, '## Why cells differ', '', ...notes, ''].join('\n')
}

/** A cell as it stands in the page. */
export function cellOf(column: Column, row: string, results: Results): string {
  const cell = results.get(column.id)!.get(row)!
  const witness = witnessOf(column, row, results)
  const said = witness === undefined || witness === cell ? cell : `${cell} (MIT's client: ${witness})`
  return `${said}${reasonsFor(column, row)
    .map(({ id }) => `[^${id}]`)
    .join('')}`.replaceAll('|', '\\|')
}

/** The cells of one column of a page, by the rows' titles. */
export function columnIn(page: string, column: Column): Readonly<Record<string, string>> {
  const at = 1 + COLUMNS.indexOf(column)
  const rows = page.split('\n').filter(text => text.startsWith('| ') && !text.startsWith('|  |') && !text.startsWith('| ---'))
  return Object.fromEntries(rows.map(text => text.slice(2, -2).split(' | ')).map(cells => [cells[0]!, cells[at]!]))
}

export interface Mistakes {
  readonly unexplained: readonly string[]
  /** Reasons for what is no difference. */
  readonly needless: readonly string[]
}

/**
 * A cell that differs from the reference needs one reason, and no other may have one. Where our client gets something else from a KDC
 * than MIT's does, the reason must be one of ours. A cell that begins with `none:` is a reason itself.
 */
export function mistakesIn(results: Results): Mistakes {
  const unexplained: string[] = []
  const needless: string[] = []
  for (const column of COLUMNS) {
    for (const row of SECTIONS.flatMap(section => section.rows)) {
      const cell = results.get(column.id)!.get(row.id)!
      const reference = results.get(REFERENCE.id)!.get(row.id)!
      const witness = witnessOf(column, row.id, results)
      const reasons = reasonsFor(column, row.id)
      const where = `${row.id} of ${column.id}: ${cell}, not ${reference}${witness === undefined ? '' : `; MIT's client there: ${witness}`}`
      const differs = cell !== reference && !cell.startsWith('none:')
      const ofOurs = witness !== undefined && witness !== cell
      if ((differs || ofOurs) && reasons.length !== 1) unexplained.push(`${where} (${reasons.length} reasons)`)
      else if (ofOurs && !reasons[0]!.ours) unexplained.push(`${where} (the reason is not ours)`)
      else if (!differs && !ofOurs) needless.push(...reasons.map(({ id }) => `${id} for ${where}`))
    }
  }
  return { unexplained, needless }
}

function witnessOf(column: Column, row: string, results: Results): string | undefined {
  const witness = WITNESSES.get(column.id)
  return witness === undefined ? undefined : results.get(witness.id)!.get(row)!
}

function reasonsFor(column: Column, row: string): readonly Reason[] {
  return REASONS.filter(({ cells }) => cells.some(([columns, rows]) => columns.includes(column.id) && rows.includes(row)))
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

const INTRODUCTION = `# Tickets: every kind and every change, by clients and KDCs

Written by \`npm run interop:tickets\`; the tests run the same again and compare. The programs are those of Debian 12: MIT krb5 1.20.1,
Heimdal 7.8, Samba 4.17.

- Letters are those of \`klist -f\`: F forwardable, f forwarded, P proxiable, p proxy, D may postdate, d postdated, i invalid, R renewable,
  I initial, A pre-authenticated, T transited policy checked, O ok as delegate. Where nothing else is said, 8 hours are asked for.
- \`AS\` and \`TGS\` with a name: the KDC refused with that error (RFC 4120 §7.5.9), in that exchange. \`client:\` the client refused without
  asking, \`client, of the reply:\` it did not believe the KDC.
- \`none:\` the KDC has nothing of the kind. A number leads to the reason why a cell is not that of MIT's client on MIT's KDC.
- Where no program has words for it, the client is a few lines of Python that call its library: forwarded, proxy and postdated service
  tickets with MIT's and Heimdal's, user-to-user with Heimdal's.
- The clock skew is 10 seconds everywhere.
`
