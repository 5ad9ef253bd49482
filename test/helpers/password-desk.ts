import { randomBytes } from 'node:crypto'
import { VERBS } from '../../src/admin/language/index.ts'
import { createPasswordServer } from '../../src/admin/server/password/server.ts'
import { openApRep } from '../../src/core/ap/ap-rep.ts'
import { makeKrbPriv, openKrbPriv } from '../../src/core/ap/krb-priv.ts'
import { makeApReq } from '../../src/core/ap/make-ap-req.ts'
import type { Authenticator } from '../../src/core/asn1/messages/ap.ts'
import { internetAddress } from '../../src/core/asn1/messages/host-address.ts'
import { KrbErrorMessage } from '../../src/core/asn1/messages/krb-error.ts'
import { ChangePasswdData } from '../../src/core/asn1/messages/set-passwd.ts'
import { EncTicketPart, Ticket } from '../../src/core/asn1/messages/ticket.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../src/core/bytes/text.ts'
import { prepareKey, randomKey, sealData } from '../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { decodeAnswer, decodeFrame, encodeFrame, KpasswdVersion } from '../../src/core/kpasswd/frame.ts'
import { parsePrincipal, toPrincipalName } from '../../src/core/principal/principal.ts'
import { MemoryReplayCache } from '../../src/core/rcache/replay-cache.ts'
import { KeyUsage } from '../../src/core/registry/key-usage.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { UTC } from '../../src/core/time/zone.ts'
import type { Transport } from '../../src/kdc/handler.ts'
import { peerAddress } from '../../src/kdc/peer-address.ts'
import { type MemoryAdmin, memoryAdmin } from './memory-admin.ts'

/** A ticket as no KDC would give it, and a request with whatever may be wrong in it. */
interface Asking {
  readonly client?: string
  readonly password?: string
  readonly target?: string
  /** Instead of what `password` and `target` say. */
  readonly userData?: Bytes
  readonly version?: number
  /** The ticket's server, whose key is the password service's all the same. */
  readonly server?: string
  readonly flags?: number
  readonly endtime?: number
  readonly crealm?: string
  readonly sealedWith?: Key
  readonly ctime?: number
  readonly seqNumber?: number
  readonly privSeqNumber?: number
  readonly noSubkey?: boolean
  readonly sessionEtype?: number
}

/** One request and what opens its reply. */
interface Asked {
  readonly message: Bytes
  /** The same request, its KRB-PRIV sealed anew. */
  again(): Bytes
  told(reply: Bytes | undefined): Told
}

type Told = 'silence' | { readonly by: 'priv' | 'error'; readonly code: number; readonly text: string }

export interface PasswordDesk {
  readonly admin: MemoryAdmin
  readonly lines: readonly string[]
  readonly serviceKey: Key
  asking(asking?: Asking): Asked
  send(message: Bytes, transport?: Transport): Promise<Bytes | undefined>
  /** One request and its answer. */
  ask(asking?: Asking): Promise<Told>
  addUser(name: string, password: string, more?: { readonly policy?: string; readonly attributes?: number }): Promise<void>
}

/** The password service of the realm R in memory. desk@R may change the passwords of alice@R and of nobody else. */
export async function passwordDesk(lines: readonly string[] = [], files: Readonly<Record<string, string>> = {}): Promise<PasswordDesk> {
  const admin = await memoryAdmin(lines, files)
  const named = (name: string) => parsePrincipal(name, { defaultRealm: 'R' })
  const { call } = admin.api
  const random = (length: number) => new Uint8Array(randomBytes(length))
  await call(VERBS.addPrincipal, { principal: named('kadmin/changepw'), change: {}, keySalts: [], keys: { from: 'random' } })
  const { key: serviceKey, kvno } = (await call(VERBS.extractKeys, { principal: named('kadmin/changepw') }))[0]!
  const log: string[] = []
  const server = createPasswordServer({
    context: admin.context,
    replayCache: new MemoryReplayCache({ clockskew: 300 }),
    mayChange: (client, target) => client.components[0] === 'desk' && target.components[0] === 'alice',
    zone: UTC,
    log: (level, text) => log.push(`${level} ${text}`),
  })
  const peer = peerAddress('192.0.2.7')

  function asking(asked: Asking = {}): Asked {
    const now = admin.clock.seconds
    const client = named(asked.client ?? 'alice')
    const service = named(asked.server ?? 'kadmin/changepw')
    const sessionKey = randomKey(asked.sessionEtype ?? 18, random)
    const part = EncTicketPart.encode({
      flags: asked.flags ?? TicketFlags.INITIAL,
      key: { keytype: sessionKey.etype, keyvalue: sessionKey.value },
      crealm: asked.crealm ?? client.realm,
      cname: toPrincipalName(client),
      transited: { trType: 1, contents: encodeText(asked.crealm === undefined ? '' : 'ELSE.WHERE') },
      authtime: now - 10,
      endtime: asked.endtime ?? now + 300,
    })
    const ticket = Ticket.encode({
      realm: service.realm,
      sname: toPrincipalName(service),
      encPart: sealData(asked.sealedWith ?? serviceKey, KeyUsage.KDC_REP_TICKET, part, random, kvno),
    })
    const subkey = asked.noSubkey ? undefined : randomKey(18, random)
    const { message: ap, authenticator } = makeApReq(
      {
        client: { ...client, realm: asked.crealm ?? client.realm },
        ticket,
        sessionKey,
        usage: KeyUsage.AP_REQ_AUTH,
        now: { seconds: asked.ctime ?? now, micros: 5 },
        ...(subkey !== undefined && { subkey }),
        ...(asked.seqNumber !== undefined && { seqNumber: asked.seqNumber }),
      },
      { random },
    )
    const version = asked.version ?? (asked.target === undefined ? KpasswdVersion.CHANGE : KpasswdVersion.SET)
    const userData = asked.userData ?? userDataOf(asked, named)
    const privSeqNumber = asked.privSeqNumber ?? asked.seqNumber
    const again = () => {
      const terms = {
        sAddress: internetAddress(Uint8Array.of(10, 0, 0, 1)),
        ...(privSeqNumber !== undefined && { seqNumber: privSeqNumber }),
      }
      return encodeFrame({ version, ap, body: makeKrbPriv(userData, subkey ?? sessionKey, terms, { random }) })
    }
    return { message: again(), again, told: reply => toldBy(reply, sessionKey, subkey, authenticator) }
  }

  const send = (message: Bytes, transport: Transport = 'udp') => server.handle(message, peer, transport)
  return {
    admin,
    lines: log,
    serviceKey,
    asking,
    send,
    async ask(asked) {
      const request = asking(asked)
      return request.told(await send(request.message))
    },
    async addUser(name, password, more = {}) {
      const keys = { from: 'password', password: new Secret(encodeText(password)) } as const
      await call(VERBS.addPrincipal, { principal: named(name), change: more, keySalts: [], keys })
    },
  }
}

function userDataOf({ password = 'New.pw1', target }: Asking, named: (name: string) => ReturnType<typeof parsePrincipal>): Bytes {
  if (target === undefined) return encodeText(password)
  const principal = named(target)
  const newpasswd = new Secret(encodeText(password))
  return ChangePasswdData.encode({ newpasswd, targname: toPrincipalName(principal), targrealm: principal.realm })
}

function toldBy(reply: Bytes | undefined, sessionKey: Key, subkey: Key | undefined, sent: Authenticator): Told {
  if (reply === undefined) return 'silence'
  const { version, ap, body } = decodeFrame(reply)
  if (version !== 1) throw new Error(`version ${version}`)
  if (ap.length === 0) {
    const { code, text } = decodeAnswer(KrbErrorMessage.decode(body).eData!)
    return { by: 'error', code, text: decodeText(text) }
  }
  const part = openApRep(ap, prepareKey(sessionKey), sent)
  const { code, text } = decodeAnswer(openKrbPriv(body, subkey ?? sessionKey, { seqNumber: part.seqNumber ?? 0 }))
  return { by: 'priv', code, text: decodeText(text) }
}
