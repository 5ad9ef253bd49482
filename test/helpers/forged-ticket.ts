import { randomBytes } from 'node:crypto'
import { EncTicketPart, Ticket } from '../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../src/core/asn1/schema.ts'
import { prepareKey, randomKey, sealData } from '../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { signPac } from '../../src/core/pac/sign.ts'
import { pacElement } from '../../src/core/pac/ticket-pac.ts'
import { parsePrincipal, toPrincipalName } from '../../src/core/principal/principal.ts'
import { KeyUsage } from '../../src/core/registry/key-usage.ts'
import { newPac } from '../../src/kdc/pac/contents.ts'
import type { Held } from './kdc-talk.ts'

/** A ticket as a KDC that holds `key` may write it, true or not. Names with realms, times in seconds since 1970. */
export interface Forgery {
  readonly key: Key
  readonly kvno: number | undefined
  readonly server: string
  readonly client: string
  readonly transited?: EncTicketPart['transited']
  readonly flags: number
  readonly authtime: number
  readonly endtime: number
  readonly renewTill?: number
  /** With the client's PAC, signed by `key` and this key of a KDC. */
  readonly pacKey?: Key
  /** S4U2Self on its way: the PAC is this one's, and says the realm. */
  readonly actsFor?: string
}

export function forgedTicket(forgery: Forgery): Held {
  const { key, kvno, flags, authtime, endtime, renewTill, pacKey, transited = { trType: 1, contents: new Uint8Array() } } = forgery
  const [client, server] = [parsePrincipal(forgery.client), parsePrincipal(forgery.server)]
  const contents =
    forgery.actsFor === undefined ? newPac(client, authtime) : newPac(parsePrincipal(forgery.actsFor), authtime, 'with-realm')
  const signedPac = (server: Key, kdc: Key) => signPac(contents, { server: prepareKey(server), kdc: prepareKey(kdc) }, undefined)
  const session = randomKey(18, randomBytes)
  const sessionKey = { keytype: session.etype, keyvalue: session.value }
  const times = { authtime, endtime, ...(renewTill !== undefined && { renewTill }) }
  const plain = EncTicketPart.encode({
    flags,
    key: sessionKey,
    crealm: client.realm,
    cname: toPrincipalName(client),
    transited,
    ...times,
    ...(pacKey !== undefined && { authorizationData: [pacElement(signedPac(forgery.key, pacKey))] }),
  })
  const sname = toPrincipalName(server)
  const ticket = preserve(Ticket, { realm: server.realm, sname, encPart: sealData(key, KeyUsage.KDC_REP_TICKET, plain, randomBytes, kvno) })
  const part = { key: sessionKey, lastReq: [], nonce: 0, flags, ...times, srealm: server.realm, sname }
  return { client, key: session, ticket, part, padata: [] }
}
