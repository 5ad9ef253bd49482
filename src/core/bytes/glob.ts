/** A shell pattern as kadmin takes it: `*`, `?`, `[set]`, `\x`; no set is negated, `^` and `!` are members as others. Matches in linear space and without backtracking storms (threat T27). */
export interface Glob {
  /** What every match begins with; the whole name when the pattern has no wildcard. */
  readonly prefix: string
  /** The pattern has no wildcard: only `prefix` itself matches. */
  readonly literal: boolean
  matches(name: string): boolean
}

/** Throws nothing: an unfinished `[` or a lone `\` at the end stands for itself. */
export function compileGlob(pattern: string): Glob {
  const pieces = parse(Array.from(pattern))
  const wild = pieces.findIndex(piece => typeof piece !== 'string')
  const prefix = pieces.slice(0, wild === -1 ? undefined : wild).join('')
  return { prefix, literal: wild === -1, matches: name => run(pieces, Array.from(name)) }
}

type Piece = string | typeof STAR | ((char: string) => boolean)

function parse(pattern: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (char === '*') pieces.push(STAR)
    else if (char === '?') pieces.push(() => true)
    else if (char === '\\' && i + 1 < pattern.length) pieces.push(pattern[++i]!)
    else if (char === '[') {
      const end = setEnd(pattern, i)
      pieces.push(end === -1 ? char : charSet(pattern.slice(i + 1, end)))
      if (end !== -1) i = end
    } else pieces.push(char)
  }
  return pieces
}

/** Index of the `]` that closes the set at `start`; one directly after `[` is a member. */
function setEnd(pattern: readonly string[], start: number): number {
  return pattern.indexOf(']', start + 2)
}

function charSet(members: readonly string[]): (char: string) => boolean {
  const ranges: [string, string][] = []
  for (let i = 0; i < members.length; i++) {
    if (members[i + 1] === '-' && i + 2 < members.length) {
      ranges.push([members[i]!, members[i + 2]!])
      i += 2
    } else ranges.push([members[i]!, members[i]!])
  }
  return char => ranges.some(([low, high]) => char >= low && char <= high)
}

/** The greedy two-pointer walk: on a mismatch only the latest star grows, so the work is at most pattern x name. */
function run(pieces: readonly Piece[], name: readonly string[]): boolean {
  let at = 0
  let piece = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const current = pieces[piece]
    if (current === STAR) {
      star = piece++
      starAt = at
    } else if (current !== undefined && (typeof current === 'string' ? current === name[at] : current(name[at]!))) {
      piece++
      at++
    } else if (star !== -1) {
      piece = star + 1
      at = ++starAt
    } else return false
  }
  while (pieces[piece] === STAR) piece++
  return piece === pieces.length
}

const STAR = Symbol('star')
