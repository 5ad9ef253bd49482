import { displayText } from '../../core/principal/display.ts'

export interface TableOptions {
  /** Width of the terminal; undefined (a pipe): plain lines with tabs between the cells, for other programs. */
  readonly columns: number | undefined
}

/** A table for people where MIT has no format of its own. */
export async function tableText(heading: readonly string[], rows: readonly (readonly string[])[], options: TableOptions): Promise<string> {
  const cells = rows.map(row => row.map(displayText))
  if (options.columns === undefined) return cells.map(row => `${row.join('\t')}\n`).join('')
  const { default: Table } = await import('cli-table3')
  const table = new Table({
    head: [...heading],
    colWidths: columnWidths([heading, ...cells], options.columns),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  })
  table.push(...cells)
  return `${table.toString()}\n`
}

/** As wide as the contents; when that is too wide for the terminal, the widest columns give way. */
function columnWidths(rows: readonly (readonly string[])[], columns: number): number[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)) + PADDING)
  const room = columns - widths.length - 1
  while (sum(widths) > room && Math.max(...widths) > LEAST_WIDTH) widths[widths.indexOf(Math.max(...widths))]! -= 1
  return widths
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

const PADDING = 2
const LEAST_WIDTH = 6
