import type { Bytes } from '../bytes/bytes.ts'
import type { EtypeId } from '../registry/etype.ts'
import type { Secret } from '../secret/secret.ts'
import type { Key } from './etype.ts'
import { requireEtype } from './etypes/index.ts'

/**
 * The key of a password. `salt` comes from ETYPE-INFO2 or is the principal's default; `params` are its s2kparams. The password may be
 * wiped once the call has returned. Throws `KRB5_PROG_ETYPE_NOSUPP`, and `KRB5_ERR_BAD_S2K_PARAMS` for parameters that are refused.
 */
export async function keyFromPassword(etype: EtypeId, password: Secret, salt: Bytes, params?: Bytes): Promise<Key> {
  const profile = requireEtype(etype)
  return { etype, value: await password.use(octets => profile.stringToKey(octets, salt, params)) }
}
