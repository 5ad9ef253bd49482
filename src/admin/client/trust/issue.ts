import { EncTicketPart, Ticket } from '../../../core/asn1/messages/ticket.ts'
import { EMPTY } from '../../../core/bytes/bytes.ts'
import type { Credential } from '../../../core/ccache/credential.ts'
import { randomKey, sealData } from '../../../core/crypto/encrypted-data.ts'
import type { Env } from '../../../core/env.ts'
import { TicketFlags } from '../../../core/flags/ticket-flags.ts'
import { type Principal, toPrincipalName } from '../../../core/principal/principal.ts'
import { ETYPE } from '../../../core/registry/etype.ts'
import { KeyUsage } from '../../../core/registry/key-usage.ts'
import { NameType } from '../../../core/registry/name-type.ts'
import { TransitedType } from '../../../core/registry/transited-type.ts'
import type { KeyWithVersion } from '../../language/records.ts'

/**
 * The ticket-granting ticket that the issuing realm's KDC would give to one of its users, for somebody who is no user: it is good for being
 * opened, and lives five minutes. `now` in seconds since 1970, by the clock of the KDC that will open it.
 */
export function issuedTgt({ kvno, key }: KeyWithVersion, server: Principal, now: number, env: Pick<Env, 'random'>): Credential {
  const client: Principal = { type: NameType.PRINCIPAL, realm: server.realm, components: [...NOBODY] }
  const session = randomKey(ETYPE.AES256_CTS_HMAC_SHA1_96, length => env.random(length))
  const times = { authtime: now, endtime: now + LIFE }
  const part = EncTicketPart.encode({
    flags: FLAGS,
    key: { keytype: session.etype, keyvalue: session.value },
    crealm: client.realm,
    cname: toPrincipalName(client),
    transited: { trType: TransitedType.DOMAIN_X500_COMPRESS, contents: EMPTY },
    ...times,
  })
  const encPart = sealData(key, KeyUsage.KDC_REP_TICKET, part, length => env.random(length), kvno)
  part.fill(0)
  return {
    client,
    server,
    key: session,
    ...times,
    starttime: 0,
    renewTill: 0,
    isSkey: false,
    flags: FLAGS,
    addresses: [],
    authdata: [],
    ticket: Ticket.encode({ realm: server.realm, sname: toPrincipalName(server), encPart }),
    secondTicket: EMPTY,
  }
}

/** As whom the other realm's log shows it. */
const NOBODY = ['trust', 'verify']
const FLAGS = TicketFlags.PRE_AUTHENT
const LIFE = 300
