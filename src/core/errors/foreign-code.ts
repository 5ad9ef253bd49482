import { KrbError } from './krb-error.ts'
import { codeOfNumber } from './tables/index.ts'

/**
 * The error behind a com_err number or an errno that another process sent. A number that no table of ours has is `KADM5_FAILURE` with
 * com_err's words for it: `Unknown code ovk 99`.
 */
export function errorOfNumber(number: number): KrbError {
  const code = codeOfNumber(number)
  return code === undefined ? new KrbError('KADM5_FAILURE', { number }, { text: unknownText(number) }) : new KrbError(code)
}

/** com_err's numbers are a table's name, four letters of six bits, and eight bits for the place in it. */
function unknownText(number: number): string {
  const place = number & 0xff
  const table = (number >>> 8) & 0xffffff
  if (table === 0) return `Unknown error ${number}`
  const name = [18, 12, 6, 0].map(shift => LETTERS[((table >>> shift) & 63) - 1] ?? '').join('')
  return `Unknown code ${name} ${place}`
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_'
