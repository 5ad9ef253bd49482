import { describe, expect, it } from 'vitest'
import { CallOrder, type Needs } from '../../../../src/admin/server/call-order.ts'

/** Tasks that end when they are told to. */
function calls() {
  const order = new CallOrder()
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (name: string, needs: Needs) =>
    order.run(needs, () => {
      started.push(name)
      return new Promise<string>(resolve => ends.set(name, () => resolve(name)))
    })
  const end = async (name: string) => {
    ends.get(name)!()
    await settle()
  }
  return { begin, end, started }
}

const settle = () => new Promise(resolve => setImmediate(resolve))

describe('calls of one connection', () => {
  it('run together when they are about different names', async () => {
    const { begin, started } = calls()
    void begin('a', ['alice'])
    void begin('b', ['bob'])
    void begin('i', [])
    await settle()
    expect(started).toEqual(['a', 'b', 'i'])
  })
  it('wait for earlier ones about a name of theirs, failed ones too', async () => {
    const { begin, end, started } = calls()
    void begin('create alice', ['alice'])
    void begin('rename', ['alice', 'bob'])
    void begin('get bob', ['bob'])
    await settle()
    expect(started).toEqual(['create alice'])
    await end('create alice')
    expect(started).toEqual(['create alice', 'rename'])
    await end('rename')
    expect(started).toEqual(['create alice', 'rename', 'get bob'])
    const order = new CallOrder()
    await expect(order.run(['x'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await order.run(['x'], async () => 'after')).toBe('after')
  })
  it('stand alone when they need everything', async () => {
    const { begin, end, started } = calls()
    void begin('a', ['alice'])
    void begin('b', ['bob'])
    void begin('list', 'everything')
    void begin('c', ['carol'])
    await settle()
    expect(started).toEqual(['a', 'b'])
    await end('a')
    await end('b')
    expect(started).toEqual(['a', 'b', 'list'])
    await end('list')
    expect(started).toEqual(['a', 'b', 'list', 'c'])
  })
})
