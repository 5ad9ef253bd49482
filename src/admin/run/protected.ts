import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import { masterPrincipal } from '../../kdc/store/master-key.ts'
import type { AdminContext } from './context.ts'

/** K/M holds the master key: without it, or with other keys in it, nothing in the database can be opened again. Throws `KADM5_PROTECT_PRINCIPAL`. */
export function refuseMasterPrincipal(principal: Principal, { config }: AdminContext): void {
  if (samePrincipal(principal, masterPrincipal(config.realm, config.masterKeyName))) throw new KrbError('KADM5_PROTECT_PRINCIPAL')
}
