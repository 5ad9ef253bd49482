import { KrbErrorMessage } from '../core/asn1/messages/krb-error.ts'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { Instant } from '../core/env.ts'
import { type Principal, tgtPrincipal, toPrincipalName } from '../core/principal/principal.ts'
import { Refusal } from './refusal.ts'

/** KRB-ERROR (RFC 4120 §5.9.1) for a refusal. A request without a server name gets the realm's TGS in its place: the field is not optional. */
export function errorReply(
  refusal: Refusal,
  names: { readonly client: Principal | undefined; readonly server: Principal | undefined; readonly realm: string },
  now: Instant,
): Bytes {
  const server = names.server ?? tgtPrincipal(names.realm)
  return KrbErrorMessage.encode({
    stime: now.seconds,
    susec: now.micros,
    errorCode: refusal.protocolCode,
    ...(names.client !== undefined && { crealm: names.client.realm, cname: toPrincipalName(names.client) }),
    realm: server.realm,
    sname: toPrincipalName(server),
    ...(refusal.status !== '' && { eText: refusal.status }),
    ...(refusal.eData !== undefined && { eData: refusal.eData }),
  })
}

/** The answer does not fit into a datagram: the client comes again by TCP. */
export function tooBigReply(realm: string, now: Instant): Bytes {
  return errorReply(new Refusal('KRB5KRB_ERR_RESPONSE_TOO_BIG', ''), { client: undefined, server: undefined, realm }, now)
}

/** A TCP request whose length is beyond anything sensible (threat T26). */
export function tooLongReply(realm: string, now: Instant): Bytes {
  return errorReply(new Refusal('KRB5KRB_ERR_FIELD_TOOLONG', ''), { client: undefined, server: undefined, realm }, now)
}
