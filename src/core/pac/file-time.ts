/** FILETIME (MS-DTYP §2.3.3): tenths of microseconds since 1601. `'never'` for the two values that mean it, else seconds since 1970, rounded down. */
export type FileTime = number | 'never'

export function fromFileTime(value: bigint): FileTime {
  if (value === 0n || value >= NEVER) return 'never'
  const ticks = value - EPOCH
  const seconds = ticks / TICKS
  return Number(ticks < 0n && seconds * TICKS !== ticks ? seconds - 1n : seconds)
}

export function toFileTime(seconds: number): bigint {
  return BigInt(seconds) * TICKS + EPOCH
}

const TICKS = 10_000_000n
const EPOCH = 11_644_473_600n * TICKS
const NEVER = 0x7fffffffffffffffn
