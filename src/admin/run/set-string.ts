import { KrbError } from '../../core/errors/krb-error.ts'
import { readStrings, stringsContents, TlType } from '../../kdc/store/tl-data.ts'
import type { NameOnly } from '../language/records.ts'
import type { SetStringInput } from '../language/set-string.ts'
import type { Handler } from './context.ts'
import { entryInside, kadmDataOf, stamped, withTl } from './entry.ts'

/** Sets one, or removes it when there is no value; removing what is not there is no failure. Throws `KADM5_UNK_PRINC`, `KRB5_KDB_STRINGS_TOOLONG`. */
export const setString: Handler<SetStringInput, NameOnly> = async ({ principal, name, value }, context) =>
  context.store.write(tx => {
    const entry = entryInside(tx, principal)
    const strings = new Map(readStrings(entry.tlData))
    if (value === undefined) strings.delete(name)
    else strings.set(name, value)
    const contents = stringsContents(strings)
    if (contents !== undefined && contents.length > MAX_STRINGS) throw new KrbError('KRB5_KDB_STRINGS_TOOLONG')
    tx.putPrincipal(stamped(withTl(entry, TlType.STRING_ATTRS, contents), kadmDataOf(entry), context))
    return { principal }
  })

/** tl-data has a 16-bit length. */
const MAX_STRINGS = 0xffff
