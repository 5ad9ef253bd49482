import { KrbError } from '../../core/errors/krb-error.ts'

/** Version of the shapes that `--json` prints; it grows when a field changes its meaning or goes away. */
export const SCHEMA = 1

/** One JSON document, newline at the end, `schema` first. */
export function resultJson(result: object): string {
  return `${JSON.stringify({ schema: SCHEMA, ...result }, undefined, 2)}\n`
}

export interface ErrorJson {
  readonly code: string
  readonly number: number | null
  readonly protocolCode: number | null
  readonly message: string
  readonly while: string | null
  readonly hints: readonly string[]
}

/** A failure as `--json` shows it. */
export function errorJson(error: KrbError | UsageError): ErrorJson {
  if (error instanceof KrbError) {
    return {
      code: error.code,
      number: error.number,
      protocolCode: error.protocolCode ?? null,
      message: error.message,
      while: error.doing ?? null,
      hints: error.hints,
    }
  }
  return { code: 'USAGE', number: null, protocolCode: null, message: error.message, while: null, hints: [] }
}

/** The command line makes no sense. Leads to the complaints, the usage text and the program's usage status. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly complaints: readonly string[]

  constructor(complaints: readonly string[] = []) {
    super(complaints[0] ?? 'wrong usage')
    this.complaints = complaints
  }
}
