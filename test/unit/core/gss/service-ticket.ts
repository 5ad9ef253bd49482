import type { TicketKeys } from '../../../../src/core/ap/open-ap-req.ts'
import { EncTicketPart, Ticket } from '../../../../src/core/asn1/messages/ticket.ts'
import { EMPTY } from '../../../../src/core/bytes/bytes.ts'
import { prepareKey, randomKey, sealData } from '../../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../../src/core/crypto/etype.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { type AcceptedContext, type AcceptTerms, acceptContext } from '../../../../src/core/gss/accept.ts'
import { GssFlag } from '../../../../src/core/gss/authenticator-checksum.ts'
import type { GssContext } from '../../../../src/core/gss/context.ts'
import { initiateContext } from '../../../../src/core/gss/initiate.ts'
import { parsePrincipal, toPrincipalName } from '../../../../src/core/principal/principal.ts'
import { MemoryReplayCache } from '../../../../src/core/rcache/replay-cache.ts'
import { KeyUsage } from '../../../../src/core/registry/key-usage.ts'
import { random } from '../../kdc-client/fake-kdc.ts'

export const NOW = { seconds: 1_800_000_000, micros: 5 }
export const ENV = { random, clock: { now: () => NOW } }
export const CLIENT = parsePrincipal('alice@R')
export const SERVER = parsePrincipal('kadmin/admin@R')
export const WANTED = GssFlag.MUTUAL | GssFlag.REPLAY | GssFlag.CONF | GssFlag.INTEG | GssFlag.TRANS

/** A client's ticket for the service, and the service's keys; no KDC needed. */
export function serviceTicket(etype = 18, part: Partial<EncTicketPart> = {}) {
  const serviceKey = randomKey(18, random)
  const sessionKey: Key = randomKey(etype, random)
  const inside: EncTicketPart = {
    flags: 0,
    key: { keytype: sessionKey.etype, keyvalue: sessionKey.value },
    crealm: CLIENT.realm,
    cname: toPrincipalName(CLIENT),
    transited: { trType: 1, contents: EMPTY },
    authtime: NOW.seconds,
    endtime: NOW.seconds + 600,
    ...part,
  }
  const encPart = sealData(serviceKey, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(inside), random, 3)
  const ticket = Ticket.encode({ realm: SERVER.realm, sname: toPrincipalName(SERVER), encPart })
  const prepared = prepareKey(serviceKey)
  const keys: TicketKeys = (wanted, kvno) => (wanted === 18 && kvno === 3 ? [prepared] : [])
  return { credential: { client: CLIENT, key: sessionKey, ticket }, keys }
}

export function acceptTerms(keys: TicketKeys, more: Partial<AcceptTerms> = {}): AcceptTerms {
  return { keys, now: NOW, clockskew: 300, replayCache: new MemoryReplayCache({ clockskew: 300 }), ...more }
}

/** Both ends of an established context. */
export function contextPair(
  etype = 18,
  flags: number = WANTED,
): { initiator: GssContext; acceptor: GssContext; accepted: AcceptedContext } {
  const { credential, keys } = serviceTicket(etype)
  const initiation = initiateContext({ credential, flags }, ENV)
  const accepted = acceptContext(initiation.token, acceptTerms(keys), ENV)
  return { initiator: initiation.complete(accepted.reply), acceptor: accepted.context, accepted }
}

/** The code of the KrbError that comes out, `none` when nothing does; anything else is a mistake of ours and goes on. */
export function codeOf(run: () => unknown): string {
  try {
    run()
    return 'none'
  } catch (error) {
    if (error instanceof KrbError) return error.code
    throw error
  }
}
