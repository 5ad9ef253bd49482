import { describe, expect, test } from 'vitest'
import { AsReq, TgsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import { messageType } from '../../../src/core/asn1/messages/message-type.ts'
import { type Bytes, toHex } from '../../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../src/core/bytes/text.ts'
import type { Ccache } from '../../../src/core/ccache/ccache.ts'
import type { Credential } from '../../../src/core/ccache/credential.ts'
import { memoryCcache } from '../../../src/core/ccache/types/memory.ts'
import { keyFromPassword } from '../../../src/core/crypto/string-to-key.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import { parsePrincipal, tgtPrincipal } from '../../../src/core/principal/principal.ts'
import { MsgType } from '../../../src/core/registry/msg-type.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { type InitRequest, initialCredentials } from '../../../src/kdc-client/initial.ts'
import { givenPassword } from '../../../src/kdc-client/key-source.ts'
import { serviceCredential } from '../../../src/kdc-client/service.ts'
import type { Leg } from '../../../src/kdc-client/tgs/route.ts'
import { contextOf, type Kdc } from './fake-context.ts'
import {
  AES128,
  ALICE,
  asReply,
  kdcError,
  methodData,
  NOW,
  OFFERS_TIMESTAMP,
  preauthRequired,
  TGS,
  tgsReply,
  ticketGrantingTicket,
} from './fake-kdc.ts'

const password = (text = 'pw') => givenPassword(new Secret(encodeText(text)))
const aliceKey = await keyFromPassword(AES128, new Secret(encodeText('pw')), encodeText('Ralice'))

/** Takes an encrypted timestamp for granted. */
const trusting: Kdc = message =>
  (AsReq.decode(message).padata ?? []).some(p => p.padataType === 2)
    ? asReply(message, { key: aliceKey, encPaRep: 'right' })
    : preauthRequired()

const body = (message: Bytes) => AsReq.decode(message).reqBody.value

describe('initial credentials', () => {
  const log = async (kdc: Kdc, request: Partial<InitRequest> = {}, conf = '', addresses: readonly Bytes[] = []) => {
    const made = await contextOf(kdc, conf, addresses)
    const result = await initialCredentials({ client: ALICE, keySource: password(), ...request }, made.context)
    return { result, ...made }
  }

  test('by password', async () => {
    const { result, asked } = await log(trusting)
    expect(result.client).toEqual(ALICE)
    expect(result.credential.server).toEqual(TGS)
    expect(result.config.map(c => [c.key, decodeText(c.value)])).toEqual([['pa_type', '2']])
    expect(asked.map(a => a.realm)).toEqual(['R', 'R'])
  })

  test('without options and configuration asks as MIT does: a day, RENEWABLE-OK', async () => {
    const { asked } = await log(trusting)
    expect(body(asked[0]!.message)).toMatchObject({ kdcOptions: 0x10, till: NOW + 86400, etype: [18, 17, 20, 19, 16, 23, 25, 26] })
  })

  test('takes defaults from [libdefaults], the subsection of the realm first, and options before both', async () => {
    const conf = '[libdefaults]\n ticket_lifetime = 5h\n forwardable = true\n R = {\n  ticket_lifetime = 2h\n  renew_lifetime = 3h\n }\n'
    const { asked } = await log(trusting, {}, conf)
    expect(body(asked[0]!.message)).toMatchObject({ kdcOptions: 0x40800000, till: NOW + 7200, rtime: NOW + 10800 })
    const options = await log(trusting, { lifetime: 60, renewLife: 0, forwardable: false, proxiable: true }, conf)
    expect(body(options.asked[0]!.message)).toMatchObject({ kdcOptions: 0x10000010, till: NOW + 60 })
  })

  test('default_tkt_enctypes bounds what is asked for', async () => {
    const { asked } = await log(trusting, {}, '[libdefaults]\n default_tkt_enctypes = aes128-cts\n')
    expect(body(asked[0]!.message).etype).toEqual([AES128])
    const nothing = log(trusting, {}, '[libdefaults]\n default_tkt_enctypes = des-cbc-crc\n')
    await expect(nothing).rejects.toMatchObject({ code: 'KRB5_CONFIG_ETYPE_NOSUPP' })
  })

  test('enctypes with a key in the keytab come first', async () => {
    const keySource = { etypes: async () => [AES128], key: async () => aliceKey, wipe: () => {} }
    const { asked } = await log(trusting, { keySource })
    expect(body(asked[0]!.message).etype).toEqual([17, 18, 20, 19, 16, 23, 25, 26])
  })

  test('another service, in the realm of the client', async () => {
    const { asked } = await log(trusting, { server: parsePrincipal('kadmin/admin@ELSEWHERE') })
    expect(body(asked[0]!.message)).toMatchObject({ realm: 'R', sname: { nameString: ['kadmin', 'admin'] } })
  })

  test('local addresses on request, of both families', async () => {
    const caddr = [
      { addrType: 2, address: Uint8Array.of(10, 0, 0, 1) },
      { addrType: 24, address: new Uint8Array(16).fill(3) },
    ]
    const kdc: Kdc = message => asReply(message, { key: aliceKey, part: { caddr } })
    const { result, asked } = await log(
      kdc,
      { addresses: 'local' },
      '',
      caddr.map(a => a.address),
    )
    expect(body(asked[0]!.message).addresses).toEqual(caddr)
    expect(result.credential.addresses.map(a => a.type)).toEqual([2, 24])
    const plain = await log(
      trusting,
      {},
      '',
      caddr.map(a => a.address),
    )
    expect(body(plain.asked[0]!.message).addresses).toBeUndefined()
  })

  test.each([
    [true, '3005a0030101ff'],
    [false, '3005a003010100'],
  ])('a PAC is asked for or declined: %s', async (pac, value) => {
    const { asked } = await log(trusting, { pac })
    for (const { message } of asked) {
      const padata = AsReq.decode(message).padata?.at(-1)
      expect([padata?.padataType, toHex(padata?.padataValue ?? new Uint8Array())]).toEqual([128, value])
    }
    const plain = await log(trusting)
    expect(AsReq.decode(plain.asked[0]!.message).padata?.map(p => p.padataType)).toEqual([149])
  })

  test('the mechanism of an earlier log-in, and no other', async () => {
    const hints = memoryCcache('hints')
    await hints.replace(ALICE, [], [{ key: 'pa_type', server: TGS, value: encodeText('2') }])
    expect((await log(trusting, { hints })).result.client).toEqual(ALICE)
    await hints.setConfig('pa_type', encodeText('138'), TGS)
    await expect(log(trusting, { hints })).rejects.toMatchObject({ code: 'KRB5_PREAUTH_FAILED' })
    await hints.setConfig('pa_type', encodeText('nonsense'), TGS)
    expect((await log(trusting, { hints })).result.client).toEqual(ALICE)
    expect((await log(trusting, { hints: memoryCcache('empty') })).result.client).toEqual(ALICE)
  })

  test('an anonymous ticket without PKINIT is no such thing', async () => {
    const seen: unknown[] = []
    const kdc: Kdc = message => {
      const { cname, kdcOptions } = body(message)
      seen.push([cname, kdcOptions & 0x8000])
      return asReply(message, { key: aliceKey, part: { flags: 0x00408000 } })
    }
    const keySource = { etypes: async () => undefined, key: async () => aliceKey, wipe: () => {} }
    for (const [client, more] of [
      [parsePrincipal('@R'), { anonymous: true }],
      [parsePrincipal('WELLKNOWN/ANONYMOUS@R'), {}],
    ] as const) {
      await expect(log(kdc, { client, keySource, ...more })).rejects.toMatchObject({
        code: 'KRB5_KDCREP_MODIFIED',
        message: 'Reply has wrong form of session key for anonymous request',
      })
    }
    const anonymous = { nameType: 11, nameString: ['WELLKNOWN', 'ANONYMOUS'] }
    expect(seen).toEqual([
      [anonymous, 0x8000],
      [anonymous, 0x8000],
    ])
  })

  test('a start in the past is asked for, and is now', async () => {
    const kdc: Kdc = message => asReply(message, { key: aliceKey })
    const { result, asked } = await log(kdc, { startOffset: -3600, lifetime: 7200 })
    expect(body(asked[0]!.message)).toMatchObject({ from: NOW - 3600, till: NOW + 3600, kdcOptions: 0x10 })
    expect(result.credential.starttime).toBe(NOW)
    await expect(
      log(message => asReply(message, { key: aliceKey, part: { starttime: NOW - 3600 } }), { startOffset: -3600 }),
    ).rejects.toThrow('Clock skew too great in KDC reply')
  })

  test('says where the KDC was less generous than asked', async () => {
    const kdc: Kdc = message => asReply(message, { key: aliceKey, part: { endtime: NOW + 60 } })
    const { result } = await log(kdc, { lifetime: 600, renewLife: 700 })
    expect(result.cuts).toEqual([
      { what: 'life', asked: 600, granted: 60, by: 'kdc' },
      { what: 'renewable-life', asked: 700, granted: 0, by: 'kdc' },
    ])
  })

  test('a wrong password, found out by the KDC or by the reply', async () => {
    const refusing: Kdc = message => {
      const tried = (AsReq.decode(message).padata ?? []).some(p => p.padataType === 2)
      return tried ? kdcError(24, { eData: methodData(OFFERS_TIMESTAMP) }) : preauthRequired()
    }
    const byKdc = await log(refusing).catch((error: unknown) => error)
    expect([(byKdc as KrbError).code, (byKdc as KrbError).message]).toEqual(['KRB5KDC_ERR_PREAUTH_FAILED', 'Password incorrect'])
    const open: Kdc = message => asReply(message, { key: aliceKey })
    const byReply = await log(open, { keySource: password('wrong') }).catch((error: unknown) => error)
    expect([(byReply as KrbError).code, (byReply as KrbError).message]).toEqual(['KRB5KRB_AP_ERR_BAD_INTEGRITY', 'Password incorrect'])
  })

  test('password and key are wiped at the end, also after a failure', async () => {
    for (const kdc of [trusting, () => kdcError(6)]) {
      const secret = new Secret(encodeText('pw'))
      await log(kdc, { keySource: givenPassword(secret) }).catch(() => undefined)
      expect(() => secret.use(() => 0)).toThrow('wiped')
    }
  })

  test('by TCP once the KDC said so', async () => {
    const kdc: Kdc = (message, realm, options) => (options.tcpOnly ? trusting(message, realm, options) : kdcError(52))
    const { asked } = await log(kdc)
    expect(asked.map(a => a.tcpOnly)).toEqual([false, true, true])
  })

  test('tells what MIT would trace, and no secret', async () => {
    const { events } = await log(trusting)
    expect(events.map(e => e.event)).toEqual([
      'init-creds',
      'preauth-none',
      'kdc-error',
      'preauth-from-method-data',
      'preauth-offered',
      'etype-info',
      'cookie-received',
      'encrypted-timestamp-key',
      'encrypted-timestamp',
      'preauth-module',
      'preauth-produced',
      'reply-key-from-preauth',
      'as-reply-decrypted',
      'fast-negotiation',
    ])
  })
})

describe('service credentials', () => {
  const HOST = parsePrincipal('host/x@R')

  async function cacheWith(...credentials: Credential[]): Promise<Ccache> {
    const cache = memoryCcache('t')
    await cache.replace(ALICE, credentials, [])
    return cache
  }

  async function listed(cache: Ccache): Promise<string[]> {
    const names: string[] = []
    for await (const { server } of cache.credentials()) names.push(`${server.components.join('/')}@${server.realm}`)
    return names
  }

  const granting: Kdc = message => tgsReply(message)
  const tgt = () => ticketGrantingTicket()

  test('are got with the ticket in the cache, and stored there', async () => {
    const { context, asked } = await contextOf(granting)
    const cache = await cacheWith(tgt())
    const credential = await serviceCredential(HOST, cache, context)
    expect(credential.server).toEqual(HOST)
    expect(await listed(cache)).toEqual(['krbtgt/R@R', 'host/x@R'])
    expect(asked.map(a => messageType(a.message))).toEqual([MsgType.TGS_REQ])
    await serviceCredential(HOST, cache, context)
    expect(asked).toHaveLength(1)
  })

  test('are not stored on request, and not asked for on request', async () => {
    const { context, asked } = await contextOf(granting)
    const cache = await cacheWith(tgt())
    await serviceCredential(HOST, cache, context, { noStore: true })
    expect(await listed(cache)).toEqual(['krbtgt/R@R'])
    await expect(serviceCredential(HOST, cache, context, { cachedOnly: true })).rejects.toMatchObject({ code: 'KRB5_CC_NOTFOUND' })
    expect(asked).toHaveLength(1)
  })

  test('an expired one in the cache does not count', async () => {
    const { context, asked } = await contextOf(granting)
    const cache = await cacheWith(tgt(), { ...tgt(), server: HOST, endtime: NOW - 1 })
    await serviceCredential(HOST, cache, context)
    expect(asked).toHaveLength(1)
  })

  test('need a ticket-granting ticket, and an unexpired one', async () => {
    const { context, asked } = await contextOf(granting)
    await expect(serviceCredential(HOST, await cacheWith(), context)).rejects.toMatchObject({ code: 'KRB5_CC_NOTFOUND' })
    const expired = await cacheWith({ ...tgt(), endtime: NOW - 1 })
    await expect(serviceCredential(HOST, expired, context)).rejects.toMatchObject({
      code: 'KRB5KRB_AP_ERR_TKT_EXPIRED',
      message: 'Ticket expired',
    })
    expect(asked).toEqual([])
  })

  test("go by the KDC's clock as the cache has it, unless kdc_timesync is off", async () => {
    const late = { ...tgt(), endtime: NOW + 100 }
    const cache = memoryCcache('t')
    await cache.replace(ALICE, [late], [], { seconds: 200, micros: 0 })
    const synced = await contextOf(granting)
    await expect(serviceCredential(HOST, cache, synced.context)).rejects.toMatchObject({ code: 'KRB5KRB_AP_ERR_TKT_EXPIRED' })
    const own = await contextOf(granting, '[libdefaults]\n kdc_timesync = 0\n')
    expect((await serviceCredential(HOST, cache, own.context)).server).toEqual(HOST)
  })

  test('for another realm: a cross-realm ticket asked for by name is kept', async () => {
    const { context, asked } = await contextOf(granting)
    const cache = await cacheWith(tgt())
    await serviceCredential(tgtPrincipal('EAST', 'R'), cache, context)
    expect(await listed(cache)).toEqual(['krbtgt/R@R', 'krbtgt/EAST@R'])
    expect(TgsReq.decode(asked[0]!.message).reqBody.value.sname).toMatchObject({ nameString: ['krbtgt', 'EAST'] })
  })

  test('a realm on the way without a KDC: the way so far is told', async () => {
    const { context } = await contextOf((message, realm) => {
      if (realm === 'EAST') throw new KrbError('KRB5_REALM_UNKNOWN', { realm })
      return granting(message, realm, {})
    })
    const routes: (readonly Leg[])[] = []
    const asked = serviceCredential(parsePrincipal('host/y@EAST'), await cacheWith(tgt()), context, { route: legs => routes.push(legs) })
    const hints = ['ok krbtgt/R@R in the cache', 'ok krbtgt/EAST@R from the KDC of R']
    await expect(asked).rejects.toMatchObject({ code: 'KRB5_REALM_UNKNOWN', hints })
    expect(routes.map(legs => legs.length)).toEqual([2])
  })

  test('serve also when the cache cannot be written', async () => {
    const { context, events } = await contextOf(granting)
    const cache = await cacheWith(tgt())
    const readOnly: Ccache = Object.assign(Object.create(cache), {
      store: async () => {
        throw new KrbError('EROFS')
      },
      principal: () => cache.principal(),
      offset: () => cache.offset(),
      config: (key: string) => cache.config(key),
      credentials: () => cache.credentials(),
    })
    expect((await serviceCredential(HOST, readOnly, context)).server).toEqual(HOST)
    expect(events.at(-1)).toMatchObject({ event: 'cache-store-failed', error: { text: 'Read-only file system' } })
  })

  test('the refusal of the KDC', async () => {
    const { context } = await contextOf(() => kdcError(7, { eText: 'UNKNOWN_SERVER', sname: { nameType: 1, nameString: ['host', 'x'] } }))
    await expect(serviceCredential(HOST, await cacheWith(tgt()), context)).rejects.toThrow('Server host/x@R not found in Kerberos database')
  })
})
