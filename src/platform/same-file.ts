import { fstatSync } from 'node:fs'

/** Whether two open descriptors lead to the same file, pipe or terminal. */
export function sameFile(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one), fstatSync(other)]
  return a.dev === b.dev && a.ino === b.ino
}
