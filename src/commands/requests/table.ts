/** A request as the table of all requests shows it. */
export interface RequestLine {
  readonly names: readonly string[]
  readonly about: string
}

/** What list_requests prints. */
export function requestTable(program: string, requests: readonly RequestLine[]): string {
  const lines = requests.map(({ names, about }) => {
    const head = names.join(', ')
    return head.length < COLUMN - 1 ? `${head.padEnd(COLUMN)}${about}\n` : `${head}\n${' '.repeat(COLUMN)}${about}\n`
  })
  return `Available ${program} requests:\n\n${lines.join('')}`
}

const COLUMN = 25
