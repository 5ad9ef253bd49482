import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { decodeCredentials, decodeHead } from '../../src/core/ccache/format.ts'
import { prepareKey } from '../../src/core/crypto/encrypted-data.ts'
import { type AcceptTerms, acceptContext, serverNamedIn } from '../../src/core/gss/accept.ts'
import { GssFlag } from '../../src/core/gss/authenticator-checksum.ts'
import type { GssContext } from '../../src/core/gss/context.ts'
import { type InitiateTerms, initiateContext } from '../../src/core/gss/initiate.ts'
import { decodeKeytab } from '../../src/core/keytab/format.ts'
import { samePrincipal, unparsePrincipal } from '../../src/core/principal/principal.ts'
import { MemoryReplayCache } from '../../src/core/rcache/replay-cache.ts'
import { must, type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { describeWith, mit, PYTHON, pythonGssapi } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** Each service's tickets and session keys are of one enctype. */
const SERVICES = new Map([
  [17, 'aes128-cts-hmac-sha1-96'],
  [18, 'aes256-cts-hmac-sha1-96'],
  [19, 'aes128-cts-hmac-sha256-128'],
  [20, 'aes256-cts-hmac-sha384-192'],
  [25, 'camellia128-cts-cmac'],
  [26, 'camellia256-cts-cmac'],
])
const WANTED = GssFlag.MUTUAL | GssFlag.REPLAY | GssFlag.CONF | GssFlag.INTEG
const MESSAGES = [encodeText('there and back'), new Uint8Array(0), new Uint8Array(5000).fill(3)]

describeWith([mit(), pythonGssapi()], "contexts with MIT's library", () => {
  let realm: PeerRealm
  let python: ChildProcess
  let answers: AsyncIterator<string>

  beforeAll(async () => {
    realm = await startMitRealm({ setup: ['addprinc -pw alicepw alice'] })
    for (const [id, name] of SERVICES) {
      realm.admin([
        `addprinc -randkey -e ${name}:normal svc/e${id}`,
        `setstr svc/e${id} session_enctypes ${name}`,
        `ktadd -norandkey svc/e${id}`,
      ])
    }
    const env = { ...process.env, ...realm.env, KRB5RCACHEDIR: realm.folder }
    must('kinit', ['-f', 'alice'], realm.env, (program, args, options) => run(program, args, { ...options, input: 'alicepw\n' }))
    must(
      'kvno',
      [...SERVICES.keys()].map(id => `svc/e${id}`),
      realm.env,
    )
    python = spawn(PYTHON, [join(import.meta.dirname, 'python/gss_peer.py')], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    answers = createInterface({ input: python.stdout! })[Symbol.asyncIterator]()
  })
  afterAll(async () => {
    python?.stdin?.end()
    await realm?.stop()
  })

  it.each([...SERVICES.keys()])('enctype %i: we initiate, it accepts', async id => {
    const { initiation, answer } = await initiateToPython(id, { flags: WANTED })
    expect(answer).toMatchObject({ complete: true, initiator: 'alice@MIT.TEST' })
    expect(answer.flags & WANTED).toBe(WANTED)
    await talk(initiation.complete(fromHex(answer.token)!))
  })

  it.each([...SERVICES.keys()])('enctype %i: it initiates, we accept', async id => {
    const { accepted, done } = await acceptFromPython(id, WANTED)
    expect(done).toEqual({ token: '', complete: true })
    expect(unparsePrincipal(accepted.client)).toBe('alice@MIT.TEST')
    expect(unparsePrincipal(accepted.server)).toBe(`svc/e${id}@MIT.TEST`)
    expect(accepted.flags & WANTED).toBe(WANTED)
    await talk(accepted.context)
  })

  it('without mutual authentication, both ways', async () => {
    const { initiation, answer } = await initiateToPython(18, { flags: GssFlag.CONF | GssFlag.INTEG })
    expect(answer).toMatchObject({ token: '', complete: true })
    await talk(initiation.complete(new Uint8Array(0)))
    const { accepted } = await acceptFromPython(18, GssFlag.CONF | GssFlag.INTEG)
    expect(accepted.reply).toHaveLength(0)
    await talk(accepted.context)
  })

  it('that delegate: the ticket that is handed on is one for more tickets', async () => {
    const { accepted } = await acceptFromPython(20, WANTED | GssFlag.DELEG)
    expect(accepted.flags & GssFlag.DELEG).toBe(GssFlag.DELEG)
    expect(accepted.delegated.map(({ client, server }) => [client, server].map(name => unparsePrincipal(name)))).toEqual([
      ['alice@MIT.TEST', 'krbtgt/MIT.TEST@MIT.TEST'],
    ])
    await talk(accepted.context)
  })

  it('bound to the same channel, and refused for another', async () => {
    const channel = encodeText('tls-unique:0123')
    const hash = bindingsHash(channel)
    const terms = { flags: WANTED, channelBindings: hash }
    expect((await initiateToPython(18, terms, toHex(channel))).answer).toMatchObject({ complete: true })
    expect((await initiateToPython(18, terms, toHex(encodeText('another')))).answer).toMatchObject({ error: 'BadChannelBindingsError' })
    await acceptFromPython(18, WANTED, { channelBindings: hash }, toHex(channel))
    const other = acceptFromPython(18, WANTED, { channelBindings: hash }, toHex(encodeText('another')))
    await expect(other).rejects.toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_BADMATCH' }))
  })

  it('that are replayed are refused on both sides', async () => {
    const { initiation } = await initiateToPython(18, { flags: WANTED })
    expect(await ask({ do: 'accept', token: toHex(initiation.token) })).toMatchObject({
      text: expect.stringContaining('Request is a replay'),
    })
    const replayCache = new MemoryReplayCache({ clockskew: 300 })
    const { token } = await ask({ do: 'initiate', service: 'svc/e18@MIT.TEST', flags: WANTED })
    const terms = { ...acceptTerms(fromHex(token)!), replayCache }
    acceptContext(fromHex(token)!, terms, ENV)
    expect(() => acceptContext(fromHex(token)!, terms, ENV)).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_REPEAT' }))
  })

  async function initiateToPython(id: number, terms: Omit<InitiateTerms, 'credential'>, bindings?: string) {
    const credential = ticketFor(`svc/e${id}@MIT.TEST`)
    expect(credential.key.etype).toBe(id)
    const initiation = initiateContext({ credential, ...terms }, ENV)
    return { initiation, answer: await ask({ do: 'accept', token: toHex(initiation.token), bindings }) }
  }

  async function acceptFromPython(id: number, flags: number, more: Partial<AcceptTerms> = {}, bindings?: string) {
    const { token } = await ask({ do: 'initiate', service: `svc/e${id}@MIT.TEST`, flags, bindings })
    const accepted = acceptContext(fromHex(token)!, { ...acceptTerms(fromHex(token)!), ...more }, ENV)
    const done = accepted.reply.length > 0 ? await ask({ do: 'step', token: toHex(accepted.reply) }) : undefined
    return { accepted, done }
  }

  /** Messages of all kinds in both directions, and one of each that comes a second time. */
  async function talk(context: GssContext) {
    for (const message of MESSAGES) {
      for (const sealed of [true, false]) {
        expect(await ask({ do: 'unwrap', token: toHex(context.wrap(message, sealed)) })).toEqual({ message: toHex(message), sealed })
        const { token } = await ask({ do: 'wrap', message: toHex(message), sealed })
        expect(context.unwrap(fromHex(token)!)).toEqual({ message, sealed })
        expect(() => context.unwrap(fromHex(token)!)).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_REPEAT' }))
      }
      expect(await ask({ do: 'verify', message: toHex(message), token: toHex(context.getMic(message)) })).toEqual({})
      const { token } = await ask({ do: 'sign', message: toHex(message) })
      context.verifyMic(message, fromHex(token)!)
    }
    expect(await ask({ do: 'verify', message: '00', token: toHex(context.getMic(new Uint8Array(0))) })).toMatchObject({
      error: 'BadMICError',
    })
  }

  async function ask(command: object) {
    python.stdin!.write(`${JSON.stringify(command)}\n`)
    const { value, done } = await answers.next()
    if (done) throw new Error('the peer has ended')
    return JSON.parse(value)
  }

  function ticketFor(service: string): Credential {
    const octets = new Uint8Array(readFileSync(join(realm.folder, 'cc')))
    for (const { credential } of decodeCredentials(octets, decodeHead(octets))) {
      if (unparsePrincipal(credential.server) === service) return credential
    }
    throw new Error(`no ticket for ${service}`)
  }

  function acceptTerms(token: Uint8Array): AcceptTerms {
    const { entries } = decodeKeytab(new Uint8Array(readFileSync(realm.keytab)))
    const own = entries.map(({ entry }) => entry).filter(({ principal }) => samePrincipal(principal, serverNamedIn(token)))
    const replayCache = new MemoryReplayCache({ clockskew: 300 })
    const keys: AcceptTerms['keys'] = (etype, kvno) =>
      own.filter(entry => entry.key.etype === etype && entry.kvno === kvno).map(({ key }) => prepareKey(key))
    return { keys, now: ENV.clock.now(), clockskew: 300, replayCache }
  }
})

const ENV = {
  random: (length: number) => new Uint8Array(randomBytes(length)),
  clock: { now: () => ({ seconds: Math.floor(Date.now() / 1000), micros: Number(process.hrtime.bigint() % 1_000_000n) }) },
}

/** MD5 over the channel bindings, here without addresses (RFC 4121 §4.1.1.2). */
function bindingsHash(applicationData: Uint8Array): Uint8Array {
  const lengths = Buffer.alloc(20)
  lengths.writeUInt32LE(applicationData.length, 16)
  return new Uint8Array(createHash('md5').update(lengths).update(applicationData).digest())
}
