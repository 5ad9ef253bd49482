import { displayText } from '../../../core/principal/display.ts'

/** What was found out about something, in the order in which it is told; names in camelCase. Plain data: JSON as it stands. */
export interface Facts {
  readonly [name: string]: Fact
}

export type Fact = string | number | boolean | null | readonly string[] | readonly Facts[] | Facts

/** Aligned lines, what belongs to a fact indented below it. Texts from elsewhere are made safe for a terminal (threat T40). */
export function factsText(facts: Facts, indent = '  '): string {
  const rows = Object.entries(facts)
  const [only, ...more] = rows
  // A list that is all there is to say needs no heading.
  if (only !== undefined && more.length === 0 && isNested(only[1]) && Array.isArray(only[1])) return itemsText(only[1], indent)
  const width = Math.max(0, ...rows.filter(([, fact]) => !isNested(fact)).map(([name]) => wordsOf(name).length))
  return rows.map(([name, fact]) => rowText(wordsOf(name), fact, width, indent)).join('')
}

function rowText(name: string, fact: Fact, width: number, indent: string): string {
  if (!isNested(fact))
    return `${indent}${name.padEnd(width)}  ${displayText(Array.isArray(fact) ? fact.join(' ') || 'none' : String(fact ?? 'none'))}\n`
  const deeper = `${indent}  `
  if (!Array.isArray(fact)) return `${indent}${name}\n${factsText(fact as Facts, deeper)}`
  return `${indent}${name}\n${itemsText(fact as readonly Facts[], deeper)}`
}

function itemsText(items: readonly Facts[], indent: string): string {
  return items.map(item => itemText(item, indent)).join('')
}

/** The first fact names the item. */
function itemText(item: Facts, indent: string): string {
  const [first, ...rest] = Object.entries(item)
  const head = first === undefined ? '' : `${indent}${displayText(String(first[1]))}\n`
  return head + factsText(Object.fromEntries(rest), `${indent}  `)
}

function isNested(fact: Fact): fact is Facts | readonly Facts[] {
  if (Array.isArray(fact)) return fact.length > 0 && typeof fact[0] === 'object'
  return typeof fact === 'object' && fact !== null
}

function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}
