import { ASN1, ASN1_BASE } from './asn1.ts'
import { K5E1, K5E1_BASE } from './k5e1.ts'
import { KADM5, KADM5_BASE } from './kadm5.ts'
import { KDB, KDB_BASE } from './kdb.ts'
import { KRB5, KRB5_BASE } from './krb5.ts'
import { POSIX } from './posix.ts'
import { PROFILE, PROFILE_BASE } from './profile.ts'

export interface ErrorRow {
  /** com_err number, or errno. */
  readonly number: number
  readonly text: string
  /** error-code of KRB-ERROR (RFC 4120 §7.5.9). */
  readonly protocol?: number
}

export type ErrorCode =
  | keyof typeof KRB5
  | keyof typeof K5E1
  | keyof typeof KDB
  | keyof typeof KADM5
  | keyof typeof ASN1
  | keyof typeof PROFILE
  | keyof typeof POSIX

/** Offsets of the krb5 table below this are KRB-ERROR codes. */
const PROTOCOL_CODES = 128

/** Every code with its number and MIT's text. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = {
  ...table(KRB5, KRB5_BASE),
  ...table(K5E1, K5E1_BASE),
  ...table(KDB, KDB_BASE),
  ...table(KADM5, KADM5_BASE),
  ...table(ASN1, ASN1_BASE),
  ...table(PROFILE, PROFILE_BASE),
  ...table(POSIX, 0),
}

/** The code that a KRB-ERROR's number stands for; `KRB5KRB_ERR_GENERIC` for numbers that nobody assigned. */
export function codeOfProtocolError(number: number): ErrorCode {
  return BY_PROTOCOL.get(number) ?? 'KRB5KRB_ERR_GENERIC'
}

/** The code behind a com_err number or errno that another process sent; undefined for numbers that no table has. */
export function codeOfNumber(number: number): ErrorCode | undefined {
  return (Object.keys(ERRORS) as ErrorCode[]).find(code => ERRORS[code].number === number)
}

function table<C extends string>(rows: Readonly<Record<C, readonly [number, string]>>, base: number): Record<C, ErrorRow> {
  const out = {} as Record<C, ErrorRow>
  for (const code of Object.keys(rows) as C[]) {
    const [offset, text] = rows[code]
    out[code] =
      base === KRB5_BASE && offset < PROTOCOL_CODES ? { number: base + offset, text, protocol: offset } : { number: base + offset, text }
  }
  return out
}

const BY_PROTOCOL = new Map<number, ErrorCode>(
  (Object.keys(KRB5) as (keyof typeof KRB5)[]).filter(code => KRB5[code][0] < PROTOCOL_CODES).map(code => [KRB5[code][0], code]),
)
