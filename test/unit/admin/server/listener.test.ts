import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ADMIN_LIMITS, type AdminLimits } from '../../../../src/admin/server/limits.ts'
import { openAdminListener } from '../../../../src/admin/server/listener.ts'
import type { Conversation, Seal } from '../../../../src/admin/server/service.ts'
import { markRecord, RecordAssembler } from '../../../../src/admin/wire/record-mark.ts'
import type { Bytes } from '../../../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../../src/core/bytes/text.ts'
import type { Listener } from '../../../../src/kdc/server/listener.ts'
import { until } from '../../../helpers/process.ts'

/**
 * A service whose records are words: `trust` makes the sender trusted, `slow...` waits until it is let go, `none` gets no answer, `bug` breaks.
 * Answers are numbered when they are sealed.
 */
class Words implements Conversation {
  static readonly waiting = new Map<string, () => void>()
  trusted = false
  #sealed = 0

  take(record: Bytes): ReturnType<Conversation['take']> {
    const word = decodeText(record)
    if (word === 'trust') this.trusted = true
    const seal: Seal = () => encodeText(`${++this.#sealed}:${word.slice(0, 8)}`)
    return { taken: Promise.resolve(), reply: this.#reply(word, seal) }
  }

  async #reply(word: string, seal: Seal): Promise<Seal | undefined> {
    if (word.startsWith('slow')) await new Promise<void>(resolve => Words.waiting.set(word, resolve))
    if (word === 'bug') throw new Error('a mistake')
    return word === 'none' ? undefined : seal
  }
}

let listener: Listener
const log: string[] = []
afterEach(async () => {
  await listener.close()
  log.length = 0
})

async function serve(limits: Partial<AdminLimits> = {}): Promise<void> {
  listener = await openAdminListener({
    service: { converse: () => new Words() },
    listen: [{ address: '127.0.0.1', port: 0 }],
    limits: { ...ADMIN_LIMITS, ...limits },
    log: (_, line) => log.push(line),
    writeDown: () => true,
  })
}

async function client() {
  const socket: Socket = connect(listener.endpoints[0]!.port, '127.0.0.1')
  const answers: string[] = []
  const assembler = new RecordAssembler({ maxOctets: 1 << 20, maxFragments: 1000 })
  let closed = false
  socket.on('data', chunk => {
    answers.push(...assembler.push(chunk).map(decodeText))
  })
  socket.on('error', () => {}) // the server has had enough of it
  socket.on('close', () => {
    closed = true
  })
  await once(socket, 'connect')
  const say = (...words: string[]) => socket.write(Buffer.concat(words.map(word => markRecord(encodeText(word)))))
  return { socket, say, answers, closed: () => closed }
}

describe('connections of the administration server', () => {
  it('answer in the order of the calls, sealed in that order', async () => {
    await serve()
    const { say, answers } = await client()
    say('slow 1', 'none', 'quick', 'slow 2', 'last')
    await until(() => Words.waiting.has('slow 2'))
    Words.waiting.get('slow 2')!()
    await new Promise(resolve => setImmediate(resolve))
    expect(answers).toEqual([])
    Words.waiting.get('slow 1')!()
    await until(() => answers.length === 4)
    expect(answers).toEqual(['1:slow 1', '2:quick', '3:slow 2', '4:last'])
  })
  it('still get their answers after they have said all', async () => {
    await serve()
    const { socket, say, answers, closed } = await client()
    say('slow end', 'after')
    socket.end()
    await until(() => Words.waiting.has('slow end'))
    Words.waiting.get('slow end')!()
    await until(closed)
    expect(answers).toEqual(['1:slow end', '2:after'])
  })
  it('are not read from while many of their calls are under way', async () => {
    await serve({ maxCalls: 4 })
    const { say, answers } = await client()
    const words = Array.from({ length: 8 }, (_, i) => `slow f${i}`)
    for (const word of words) {
      say(word)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    await until(() => Words.waiting.has('slow f3'))
    expect(words.filter(word => Words.waiting.has(word))).toEqual(words.slice(0, 4))
    for (const word of words) {
      await until(() => Words.waiting.has(word))
      Words.waiting.get(word)!()
    }
    await until(() => answers.length === 8)
  })
  it('end when nobody shows a ticket, when a record stops half way, and when one is too long', async () => {
    await serve({ strangerMs: 300, recordMs: 100, maxStrangerOctets: 100, maxRecordOctets: 1000 })
    const [stranger, trusted, half, long] = [await client(), await client(), await client(), await client()]
    trusted.say('trust')
    half.say('trust')
    half.socket.write(Buffer.from('8000000541', 'hex'))
    long.say('x'.repeat(101))
    await until(() => stranger.closed() && half.closed() && long.closed())
    trusted.say('y'.repeat(1000))
    await until(() => trusted.answers.length === 2)
    trusted.say('z'.repeat(1001))
    await until(trusted.closed)
  })
  it('make room: strangers first, then the eldest', async () => {
    await serve({ maxConnections: 2 })
    const first = await client()
    first.say('trust')
    await until(() => first.answers.length === 1)
    const second = await client()
    const third = await client()
    await until(second.closed)
    third.say('trust')
    await until(() => third.answers.length === 1)
    const fourth = await client()
    await until(first.closed)
    fourth.say('hello')
    await until(() => fourth.answers.length === 1)
    expect(third.closed()).toBe(false)
  })
  it('end by a mistake of ours alone, which is logged in one line', async () => {
    await serve()
    const [one, other] = [await client(), await client()]
    one.say('bug')
    await until(one.closed)
    other.say('hello')
    await until(() => other.answers.length === 1)
    expect(log).toEqual([expect.stringMatching(/^connection: Error: a mistake \| at [^\n]+$/)])
  })
})
