import '../helpers/property-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RpcsecClient } from '../../src/admin/wire/rpcsec-gss/client.ts'
import { RpcsecServer } from '../../src/admin/wire/rpcsec-gss/server.ts'
import { concat } from '../../src/core/bytes/bytes.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { acceptContext } from '../../src/core/gss/accept.ts'
import { decodeGssChecksum } from '../../src/core/gss/authenticator-checksum.ts'
import { unframeToken } from '../../src/core/gss/framing.ts'
import { initiateContext } from '../../src/core/gss/initiate.ts'
import { NumberWindow } from '../../src/core/gss/number-window.ts'
import { MemoryReplayCache } from '../../src/core/rcache/replay-cache.ts'
import { acceptTerms, contextPair, ENV, serviceTicket, WANTED } from '../unit/core/gss/service-ticket.ts'

const octets = fc.uint8Array({ maxLength: 400 })

/** A cut, an octet changed, octets put in or behind: what a hostile wire can do to a message. */
const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('change', 'cut', 'insert', 'append'),
    at: fc.nat(2000),
    by: fc.integer({ min: 1, max: 255 }),
    more: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 3 },
)
type Mutation = typeof mutations extends fc.Arbitrary<(infer M)[]> ? M : never

function mutated(message: Uint8Array, steps: readonly Mutation[]): Uint8Array {
  return steps.reduce((now, { kind, at, by, more }) => {
    const place = now.length === 0 ? 0 : at % now.length
    if (kind === 'cut') return now.slice(0, place)
    if (kind === 'insert') return concat(now.subarray(0, place), more, now.subarray(place))
    if (kind === 'append') return concat(now, more)
    const changed = now.slice()
    changed[place]! ^= by
    return changed
  }, message)
}

/** Runs what has to end well or in a KrbError; whether it ended well. */
function endsWell(task: () => unknown): boolean {
  try {
    task()
    return true
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

describe('tokens from the wire', () => {
  it('of any octets are refused with a KrbError', () => {
    const { initiator, acceptor } = contextPair()
    const { credential, keys } = serviceTicket()
    fc.assert(
      fc.property(octets, octets, (token, message) => {
        expect(endsWell(() => acceptContext(token, acceptTerms(keys), ENV))).toBe(false)
        expect(endsWell(() => initiateContext({ credential, flags: WANTED }, ENV).complete(token))).toBe(false)
        for (const context of [initiator, acceptor]) {
          expect(endsWell(() => context.unwrap(token))).toBe(false)
          expect(endsWell(() => context.verifyMic(message, token))).toBe(false)
        }
        endsWell(() => unframeToken(token))
        endsWell(() => decodeGssChecksum({ cksumtype: 0x8003, checksum: token }))
      }),
    )
  })
  it('are refused when an initial token or a reply was changed anywhere', () => {
    const { credential, keys } = serviceTicket()
    fc.assert(
      fc.property(mutations, steps => {
        const initiation = initiateContext({ credential, flags: WANTED }, ENV)
        const changed = mutated(initiation.token, steps)
        fc.pre(!Buffer.from(changed).equals(initiation.token))
        // Ap-options and the ticket's kvno are outside what is sealed (RFC 4120 §5.5.1): they may change and mean nothing.
        endsWell(() => acceptContext(changed, acceptTerms(keys), ENV))
        const { reply } = acceptContext(initiation.token, acceptTerms(keys), ENV)
        const bent = mutated(reply, steps)
        fc.pre(!Buffer.from(bent).equals(reply))
        endsWell(() => initiation.complete(bent))
      }),
    )
  })
  it('are refused when a message token was changed anywhere', () => {
    const { initiator, acceptor } = contextPair()
    fc.assert(
      fc.property(octets, fc.boolean(), mutations, (message, sealed, steps) => {
        const token = initiator.wrap(message, sealed)
        const changed = mutated(token, steps)
        fc.pre(!Buffer.from(changed).equals(token))
        expect(endsWell(() => acceptor.unwrap(changed)) && !onlyRotated(token, changed)).toBe(false)
        const mic = initiator.getMic(message)
        const bent = mutated(mic, steps)
        fc.pre(!Buffer.from(bent).equals(mic))
        expect(endsWell(() => acceptor.verifyMic(message, bent))).toBe(false)
      }),
    )
  })
  it('give their message back whatever the rotation', () => {
    const { initiator, acceptor } = contextPair(19)
    fc.assert(
      fc.property(octets, fc.boolean(), fc.nat(0xffff), (message, sealed, rotation) => {
        const token = initiator.wrap(message, sealed)
        const body = token.subarray(16)
        const cut = body.length - (rotation % body.length)
        const turned = concat(
          token.subarray(0, 6),
          Uint8Array.of(rotation >> 8, rotation & 0xff),
          token.subarray(8, 16),
          body.subarray(cut),
          body.subarray(0, cut),
        )
        expect(acceptor.unwrap(turned)).toEqual({ message, sealed })
      }),
    )
  })
})

/** RRC is not under the checksum: a whole turn more changes nothing. */
function onlyRotated(token: Uint8Array, changed: Uint8Array): boolean {
  if (token.length !== changed.length) return false
  const [was, is] = [token, changed].map(octets => Buffer.from(octets))
  return is!.readUInt16BE(6) % (token.length - 16) === 0 && was!.fill(0, 6, 8).equals(is!.fill(0, 6, 8))
}

it('a window of numbers takes each once, and nothing older than itself', () => {
  const number = fc.oneof(fc.bigInt(0n, 200n), fc.bigInt(-3n, (1n << 63n) - 1n))
  fc.assert(
    fc.property(
      fc.constantFrom(32, 64),
      fc.bigInt(0n, (1n << 64n) - 1n),
      fc.array(number, { maxLength: 100 }),
      (size, first, distances) => {
        const window = new NumberWindow(size, first)
        const seen = new Set<bigint>()
        for (const distance of distances) {
          const highest = [...seen].reduce((a, b) => (a > b ? a : b), -1n)
          const expected = distance < 0n || distance <= highest - BigInt(size) ? 'old' : seen.has(distance) ? 'seen' : 'new'
          const value = BigInt.asUintN(64, first + distance)
          expect(window.standing(value)).toBe(expected)
          if (expected !== 'new') continue
          window.mark(value)
          seen.add(distance)
        }
      },
    ),
  )
})

it('a replay cache of any size takes no authenticator twice while its time is good', () => {
  const event = fc.record({ name: fc.nat(30), offset: fc.integer({ min: -10, max: 10 }), later: fc.nat(3) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(event, { maxLength: 200 }), (capacity, events) => {
      const cache = new MemoryReplayCache({ clockskew: 10, capacity })
      const taken = new Set<string>()
      let now = 1000
      for (const { name, offset, later } of events) {
        now += later
        const id = `${name} ${now + offset}`
        const well = endsWell(() => cache.remember(Buffer.from(id), now + offset, now))
        expect(well && taken.has(id)).toBe(false)
        if (well) taken.add(id)
        expect(cache.size).toBeLessThanOrEqual(capacity)
      }
    }),
  )
})

it('an RPCSEC_GSS server answers any octets, and any change of its calls, without an error of its own', async () => {
  await fc.assert(
    fc.asyncProperty(octets, mutations, fc.constantFrom('init', 'call', 'destroy'), async (noise, steps, which) => {
      const { credential, keys } = serviceTicket()
      const terms = { program: 2112, version: 2, clockskew: 300, replayCache: new MemoryReplayCache({ clockskew: 300 }) }
      const server = new RpcsecServer({ ...terms, keysOf: () => keys, accepts: () => true }, ENV)
      const client = new RpcsecClient({ program: 2112, version: 2, credential }, ENV)
      const init = client.init()
      await server.receive(noise)
      if (which === 'init') await server.receive(mutated(init, steps))
      const reply = await server.receive(init)
      // A change outside of what is sealed may have been taken for the real thing.
      if (reply === undefined || !('reply' in reply) || reply.refused !== undefined || which === 'init') return
      client.established(reply.reply)
      const { record } = which === 'call' ? client.call(5, noise) : client.destroy()
      const changed = mutated(record, steps)
      fc.pre(!Buffer.from(changed).equals(record))
      const received = await server.receive(changed)
      // Octets behind the sealed body are outside of everything; nothing else may change.
      if (received !== undefined && 'call' in received) expect(received.call.args).toEqual(noise)
    }),
  )
})
