/** A line of the file as it counts: continued ones joined. */
export interface LogicalLine {
  /** Of its first line, from 1. */
  readonly number: number
  readonly text: string
}

/**
 * The lines of kadm5.acl. A backslash at the end of a line joins it with the next one; joined lines that are empty or begin with `#` do not count
 * (so a comment may be continued, too). A backslash at the very end of the file, without a line feed, is an ordinary character.
 */
export function logicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = []
  const raw = text.split('\n')
  const unfinished = raw.pop()!
  let number = 1
  let joined = ''
  const end = (next: number) => {
    if (joined !== '' && !joined.startsWith('#')) lines.push({ number, text: joined })
    joined = ''
    number = next
  }
  for (const [i, line] of raw.entries()) {
    joined += line.endsWith('\\') ? line.slice(0, -1) : line
    if (!line.endsWith('\\')) end(i + 2)
  }
  joined += unfinished
  end(0)
  return lines
}
