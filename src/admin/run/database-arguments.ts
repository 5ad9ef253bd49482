import { KrbError } from '../../core/errors/krb-error.ts'
import type { PrincipalChange } from '../language/records.ts'

/** Neither MIT's default module nor ours knows an argument for a single entry. */
export function refuseDatabaseArguments({ databaseArguments }: PrincipalChange): void {
  if (databaseArguments === undefined) return
  throw new KrbError('EINVAL', {}, { text: `Unsupported argument "${databaseArguments[0]}" for db2` })
}
