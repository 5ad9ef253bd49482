/** MIT's words, in any case; anything else (`f`, a trailing blank) is undefined. */
export function parseBoolean(text: string): boolean | undefined {
  return BOOLEANS.get(text.toLowerCase())
}

/** A decimal number of 32 bits, with a sign and leading blanks if need be; anything else is undefined. */
export function parseInteger(text: string): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return undefined
  const value = Number(text)
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'yes', 'true', 't', '1', 'on'].map(word => [word, true] as const),
  ...['n', 'no', 'false', 'nil', '0', 'off'].map(word => [word, false] as const),
])
