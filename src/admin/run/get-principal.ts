import { parsePrincipal } from '../../core/principal/principal.ts'
import { readMasterKvno, readModification, readTime, TlType } from '../../kdc/store/tl-data.ts'
import type { NameOnly, PrincipalRecord } from '../language/records.ts'
import type { Handler } from './context.ts'
import { FIRST_FOREIGN_TL, kadmDataOf, newestKvno, requireEntry } from './entry.ts'

/** Throws `KADM5_UNK_PRINC`. */
export const getPrincipal: Handler<NameOnly, PrincipalRecord> = async ({ principal }, context) => {
  const entry = await requireEntry(principal, context)
  const modified = readModification(entry.tlData)
  return {
    principal: entry.principal,
    expiration: entry.expiration,
    lastPasswordChange: readTime(entry.tlData, TlType.LAST_PWD_CHANGE),
    pwExpiration: entry.pwExpiration,
    maxLife: entry.maxLife,
    maxRenewableLife: entry.maxRenewableLife,
    modifiedBy: modified === undefined ? undefined : parsePrincipal(modified.by, { defaultRealm: context.config.realm }),
    modifiedAt: modified?.at ?? 0,
    attributes: entry.attributes,
    kvno: newestKvno(entry.keyData),
    mkvno: readMasterKvno(entry.tlData),
    policy: kadmDataOf(entry).policy,
    lastSuccess: entry.lastSuccess,
    lastFailed: entry.lastFailed,
    failAuthCount: entry.failAuthCount,
    // The last one set comes first, as MIT's server has it.
    tlData: entry.tlData.filter(({ type }) => type >= FIRST_FOREIGN_TL).reverse(),
    keys: entry.keyData.map(({ version, kvno, etype, saltType }) => ({ version, kvno, etype, saltType })),
  }
}
