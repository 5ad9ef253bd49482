import { AsReq, type KdcReqBody, TgsReq } from '../core/asn1/messages/kdc-req.ts'
import { messageType } from '../core/asn1/messages/message-type.ts'
import type { Bytes } from '../core/bytes/bytes.ts'
import { pooledRandom } from '../core/crypto/random-pool.ts'
import type { Env, Instant } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { fromPrincipalName } from '../core/principal/principal.ts'
import { MsgType } from '../core/registry/msg-type.ts'
import { answerAs } from './as/answer.ts'
import { KdcEvents } from './audit/kdc-events.ts'
import { line, repeated } from './audit/log-line.ts'
import type { AuditTrail } from './audit/trail.ts'
import { errorReply, tooBigReply } from './error-reply.ts'
import { KeyRing } from './keys.ts'
import { Lookaside, lookasideKey } from './lookaside.ts'
import type { PeerAddress } from './peer-address.ts'
import type { LogSink, RealmDesk } from './realm-desk.ts'
import type { ServedRealm } from './realm-settings.ts'
import { Refusal } from './refusal.ts'
import { answerTgs } from './tgs/answer.ts'
import { OpenedTickets } from './tgs/opened-tickets.ts'

export type Transport = 'udp' | 'tcp'

export interface KdcParts {
  /** At least one. */
  readonly realms: readonly ServedRealm[]
  readonly env: Pick<Env, 'clock' | 'random'>
  readonly log: LogSink
  readonly audit?: AuditTrail | undefined
  /** kdc_max_dgram_reply_size, in octets. */
  readonly maxDatagram: number
}

/** A KDC without sockets: octets in, octets out. */
export interface Kdc {
  /** undefined: no reply, for whatever is no request (threats T23, T24). Never rejects. */
  handle(message: Bytes, from: PeerAddress, transport: Transport): Promise<Bytes | undefined>
}

export function createKdc({ realms, env, log, audit, maxDatagram }: KdcParts): Kdc {
  const random = pooledRandom(length => env.random(length))
  const desks = realms.map(
    (realm): RealmDesk => ({
      realm,
      keys: new KeyRing(realm.masterKeys),
      openedTickets: new OpenedTickets(),
      random,
      log,
      audit: audit && new KdcEvents(audit, realm.policy.realm),
    }),
  )
  const lookaside = new Lookaside()

  /** The only realm takes everything, and says "not found" itself; of several the named one. */
  const deskOf = (name: string) => (desks.length === 1 ? desks[0] : desks.find(({ realm }) => realm.policy.realm === name))

  /** With the master keys that the database has now: they may be replaced while we serve. */
  const readyDesk = async (name: string) => {
    const desk = deskOf(name)
    await desk?.realm.masterKeys.upToDate(MASTER_KEY_CHECK_MS)
    return desk
  }

  async function answer(message: Bytes, type: number, from: PeerAddress, now: Instant): Promise<Bytes | undefined> {
    try {
      if (type === MsgType.TGS_REQ) {
        const request = TgsReq.decode(message)
        if (audit?.available === false) return unauditable(request.reqBody.value, now)
        const desk = await readyDesk(request.reqBody.value.realm)
        return desk && (await answerTgs(message, request, from, desk, now))
      }
      const request = AsReq.decode(message)
      if (audit?.available === false) return unauditable(request.reqBody.value, now)
      const desk = await readyDesk(request.reqBody.value.realm)
      return desk && (await answerAs(message, request, from, desk, now))
    } catch (error) {
      // What cannot be decoded is noise from strangers; anything else is a mistake of ours and must not end the server.
      if (!(error instanceof KrbError))
        log('error', line(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
      return undefined
    }
  }

  return {
    async handle(message, from, transport) {
      const type = messageType(message)
      if (type !== MsgType.AS_REQ && type !== MsgType.TGS_REQ) return undefined
      const now = env.clock.now()
      const key = lookasideKey(message)
      const known = lookaside.find(key, now.seconds)
      if (known !== undefined) log('info', repeated(from, known === 'pending' ? 'dropping' : 'resending'))
      if (known === 'pending') return undefined
      let reply = known
      if (reply === undefined) {
        lookaside.begin(key)
        reply = await answer(message, type, from, now)
        lookaside.finish(key, reply)
      }
      if (reply === undefined || transport === 'tcp' || reply.length <= maxDatagram) return reply
      return tooBigReply(desks[0]!.realm.policy.realm, now)
    },
  }
}

/** What cannot be written down is not done. */
function unauditable({ cname, sname, realm }: KdcReqBody, now: Instant): Bytes {
  const names = { client: cname && fromPrincipalName(cname, realm), server: sname && fromPrincipalName(sname, realm), realm }
  return errorReply(new Refusal('KRB5KDC_ERR_SVC_UNAVAILABLE', 'AUDIT_UNAVAILABLE'), names, now)
}

const MASTER_KEY_CHECK_MS = 50
