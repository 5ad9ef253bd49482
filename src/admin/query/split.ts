import { QueryError } from './query-error.ts'

/**
 * Splits one line of kadmin's language into words: blanks and tabs separate, double quotes hold together (also in the middle of a
 * word), `""` inside quotes is one quote. Nothing else is special; a backslash is an ordinary character.
 */
export function splitLine(line: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!
    if (char === '"' && quoted && line[i + 1] === '"') {
      word += '"'
      i++
    } else if (char === '"') {
      quoted = !quoted
      word ??= ''
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + char
    }
  }
  if (quoted) throw new QueryError('Unbalanced quotes in command line')
  if (word !== undefined) words.push(word)
  return words
}
