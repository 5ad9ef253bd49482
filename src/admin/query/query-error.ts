/**
 * Words that make no request. `text` is what kadmin prints on standard error, whole lines.
 * `fails` says whether a command given as arguments ends with status 1: ktadd's and ktremove's usage leaves it 0, as MIT's do.
 */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly fails: boolean

  constructor(text: string, options: { readonly fails?: boolean } = {}) {
    super(text)
    this.fails = options.fails ?? true
  }
}
