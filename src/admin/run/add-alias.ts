import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import { aliasContents } from '../../kdc/store/alias.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { NO_KADM_DATA } from '../../kdc/store/kadm-data.ts'
import { TlType } from '../../kdc/store/tl-data.ts'
import type { AddAliasInput } from '../language/add-alias.ts'
import type { Handler } from './context.ts'
import { resolvedInside, stamped } from './entry.ts'

/** The target need not exist (yet). Throws `KADM5_ALIAS_REALM`, `KADM5_DUP`. */
export const addAlias: Handler<AddAliasInput, AddAliasInput> = async ({ alias, target }, context) => {
  if (alias.realm !== target.realm) throw new KrbError('KADM5_ALIAS_REALM')
  // Programs that know nothing of aliases take it for an entry, and shall give no tickets for it.
  const entry: PrincipalEntry = {
    principal: alias,
    attributes: PrincipalAttribute.DISALLOW_ALL_TIX,
    maxLife: 0,
    maxRenewableLife: 0,
    expiration: 0,
    pwExpiration: 0,
    lastSuccess: 0,
    lastFailed: 0,
    failAuthCount: 0,
    tlData: [{ type: TlType.ALIAS_TARGET, contents: aliasContents(target) }],
    keyData: [],
  }
  return context.store.write(tx => {
    if (resolvedInside(tx, alias) !== undefined) throw new KrbError('KADM5_DUP')
    tx.putPrincipal(stamped(entry, NO_KADM_DATA, context))
    return { alias, target }
  })
}
