import type { Bytes } from '../bytes/bytes.ts'
import { KrbError } from '../errors/krb-error.ts'
import { decodeTransited } from './decode.ts'
import { illegal, isEmptyField } from './subfields.ts'

/**
 * Refuses a path with a realm that does not lie on the way from the client's realm to the server's (RFC 4120 §2.7): `realmPath` tells that way, with
 * [capaths] or by the hierarchy. An empty field is a direct trust and passes. So does a client of no realm (RFC 8062 §3), of whom nobody claims anything.
 * Throws `KRB5KRB_AP_ERR_ILL_CR_TKT`, and `KRB5_NO_TKT_IN_RLM` for a path that leads back to where it began.
 */
export function checkTransited(
  contents: Bytes,
  client: string,
  server: string,
  realmPath: (from: string, to: string) => readonly string[],
): void {
  if (isEmptyField(contents) || client === ANONYMOUS_REALM) return
  if (client === server) throw new KrbError('KRB5_NO_TKT_IN_RLM')
  const passed = decodeTransited(contents, client, server)
  const allowed = realmPath(client, server)
  if (!passed.every(realm => realm !== server && allowed.includes(realm))) throw illegal()
}

const ANONYMOUS_REALM = 'WELLKNOWN:ANONYMOUS'
