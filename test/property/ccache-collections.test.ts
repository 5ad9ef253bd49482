import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ticket } from '../../src/core/asn1/messages/ticket.ts'
import { type Bytes, concat, EMPTY, toHex } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { Writer } from '../../src/core/bytes/writer.ts'
import { openCollection } from '../../src/core/ccache/collection.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { encodeCredential, encodePrincipal } from '../../src/core/ccache/format.ts'
import { decodeKirbi, encodeKirbi, isTicket, looksLikeKirbi } from '../../src/core/ccache/kirbi.ts'
import { resolveCcache } from '../../src/core/ccache/resolve.ts'
import type { Env, Files } from '../../src/core/env.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { type Principal, toPrincipalName } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { credential as sample } from '../unit/core/ccache/sample.ts'
import { world } from '../unit/core/ccache/world.ts'

/** Folders, daemons and files of others: whatever they hold, we stay where we are told and give a value or a KrbError. */
describe("the KCM daemon's replies", () => {
  const honest = fc.constantFrom<readonly [op: string, results: Bytes]>(
    ['name', new Uint8Array(Buffer.from('0:17\0'))],
    ['uuids', new Uint8Array(32).fill(3)],
    ['principal', encodePrincipal(sample({}).client)],
    ['credential', encodeCredential(sample({}), 4)],
    [
      'list',
      concat(
        new Writer()
          .u32(1)
          .u32(encodeCredential(sample({}), 4).length)
          .finish(),
        encodeCredential(sample({}), 4),
      ),
    ],
    ['nothing', EMPTY],
  )

  it('mutated in any way, give values or a KrbError', async () => {
    await fc.assert(
      fc.asyncProperty(honest, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), async ([, results], changes, cut) => {
        const body = concat(Uint8Array.of(0, 0, 0, 0), results)
        const reply = concat(new Writer().u32(body.length).u32(0).finish(), body)
        for (const [at, octet] of changes) reply[at % reply.length] = octet
        const sent = cut % 3 === 0 ? reply.subarray(0, cut % (reply.length + 1)) : reply
        const env = answering(sent)
        const config = { defaultCcacheName: 'KCM:', ccacheType: 4, kcmSocket: '/nowhere/socket' }
        const cache = await valueOrKrbError(resolveCcache('KCM:x', env, config))
        await valueOrKrbError(resolveCcache('KCM:', env, config))
        await valueOrKrbError(listed(await openCollection('KCM:', env, config).catch(krbError)))
        await valueOrKrbError(cache!.principal())
        await valueOrKrbError(listed(cache!.entries()))
        await valueOrKrbError(cache!.offset())
        await valueOrKrbError(cache!.remove(() => true))
      }),
    )
  })
})

describe('a folder of caches', () => {
  const fileName = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 12 }).map(text => `tkt${text}`),
    fc.constantFrom('tkt', 'tkt/../../etc/passwd', '../tkt', 'tkt\\..\\x', '/tkt', 'tkt..', ''),
  )

  it('has no cache outside, whatever primary and the folder say', async () => {
    await fc.assert(
      fc.asyncProperty(fileName, fc.boolean(), fc.array(fileName, { maxLength: 4 }), async (primary, ended, names) => {
        const touched: string[] = []
        const env = { ...world(), files: folderOf(encodeText(ended ? `${primary}\n` : primary), names, touched) }
        const config = { defaultCcacheName: '', ccacheType: 4 }
        const cache = await valueOrKrbError(resolveCcache('DIR:/caches', env, config))
        const found = cache === undefined ? [] : [cache]
        for await (const member of await openCollection('DIR:/caches', env, config)) found.push(member)
        for (const { name } of found) expect(name).toMatch(/^DIR::\/caches\/tkt[^/\0]*$/su)
        for (const path of touched) expect(path).toMatch(/^\/caches(\/[^/\0]*)?$/su)
      }),
    )
  })
})

describe('a .kirbi file', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 })
  const principal: fc.Arbitrary<Principal> = fc.record({
    type: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
    realm: text,
    components: fc.array(text, { maxLength: 3 }),
  })
  // From the year 1970 to 2106, 0 for absent ones.
  const time = fc.integer({ min: 1, max: 0xffff_ffff })
  const credential: fc.Arbitrary<Credential> = fc
    .record({
      client: principal,
      server: principal,
      key: fc.tuple(fc.integer({ min: -200, max: 200 }), fc.uint8Array({ maxLength: 40 })),
      authtime: time,
      starttime: time,
      endtime: time,
      renewTill: fc.oneof(fc.constant(0), time),
      flags: fc.integer({ min: 0, max: 0xffff_ffff }),
      addresses: fc.array(fc.record({ type: fc.integer({ min: 0, max: 300 }), data: fc.uint8Array({ maxLength: 16 }) }), { maxLength: 2 }),
      cipher: fc.uint8Array({ maxLength: 30 }),
    })
    .map(({ key: [etype, value], cipher, ...rest }) => ({
      ...rest,
      key: { etype, value: Secret.copyOf(value) },
      isSkey: false,
      authdata: [],
      ticket: Ticket.encode({ realm: rest.server.realm, sname: toPrincipalName(rest.server), encPart: { etype: 18, cipher } }),
      secondTicket: EMPTY,
    }))
  const some = fc.array(credential, { minLength: 1, maxLength: 3 })

  it('gives its tickets back, in binary and in base64', () => {
    fc.assert(
      fc.property(some, fc.boolean(), (credentials, base64) => {
        const message = encodeKirbi(credentials)
        const octets = base64
          ? new Uint8Array(
              Buffer.from(
                `${Buffer.from(message)
                  .toString('base64')
                  .replace(/.{1,64}/g, '$&\n')}`,
              ),
            )
          : message
        expect(looksLikeKirbi(octets)).toBe(true)
        expect(decodeKirbi(octets).map(plain)).toEqual(credentials.map(plain))
        expect(credentials.every(isTicket)).toBe(true)
      }),
    )
  })

  it('mutated in any way, gives tickets or a KrbError', () => {
    fc.assert(
      fc.property(some, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (credentials, changes) => {
        const message = encodeKirbi(credentials)
        for (const [at, octet] of changes) message[at % message.length] = octet
        try {
          decodeKirbi(message)
        } catch (error) {
          expect(error).toBeInstanceOf(KrbError)
        }
      }),
    )
  })
})

function plain({ key, ticket, ...rest }: Credential): object {
  return {
    ...rest,
    etype: key.etype,
    key: key.value.use(toHex),
    ticket: toHex(ticket),
    addresses: rest.addresses.map(({ type, data }) => [type, toHex(data)]),
  }
}

/** A daemon that says the same whatever it is asked, and on every connection. */
function answering(reply: Bytes): Env {
  const connect = async () => {
    let left = reply
    return {
      write: async () => {
        left = reply
      },
      read: async (count: number) => {
        if (left.length < count) throw new KrbError('ECONNRESET')
        const octets = left.slice(0, count)
        left = left.slice(count)
        return octets
      },
      close: () => undefined,
    }
  }
  return { ...world(), sockets: { connect } }
}

function folderOf(primary: Bytes, names: readonly string[], touched: string[]): Files {
  const files = world().files
  return {
    ...files,
    stat: async path => {
      touched.push(path)
      return { kind: path === '/caches' ? 'folder' : 'file', mode: 0o700, uid: 0, size: 0 }
    },
    read: async path => {
      touched.push(path)
      return primary
    },
    list: async () => names.filter(name => !name.includes('/') && !name.includes('\0')),
    replace: async path => {
      touched.push(path)
    },
  }
}

async function valueOrKrbError<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    return krbError(error)
  }
}

function krbError(error: unknown): undefined {
  expect(error).toBeInstanceOf(KrbError)
  return undefined
}

async function listed<T>(items: AsyncIterable<T> | undefined): Promise<void> {
  for await (const _ of items ?? []) {
    // going through them is the point
  }
}
