/** Those of `candidates` that `name` may have been meant for: the same but for case, else at most two slips of the fingers away. */
export function nearNames(name: string, candidates: readonly string[]): readonly string[] {
  const others = [...new Set(candidates)].filter(candidate => candidate !== name)
  const same = others.filter(candidate => candidate.toLowerCase() === name.toLowerCase())
  if (same.length > 0) return same
  const slips = Math.min(2, Math.floor(name.length / 3))
  return others.filter(candidate => distance(candidate.toLowerCase(), name.toLowerCase(), slips) <= slips)
}

/** Letters to change, add or drop; two neighbours that changed places count once. Beyond `limit` any larger number. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(change, row[j]! + 1, next[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j]!, before[j - 2]! + 1)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
