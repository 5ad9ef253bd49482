import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { InOrder } from '../../../../src/commands/tkadmin/in-order.ts'

it('shows what tasks say in the order in which they were started, each when it has ended', async () => {
  const { shown, order } = listener()
  const slow = gate()
  order.say('out', 'prompt ')
  await order.startAbout('a', async ({ out, err }) => {
    err('about a ')
    await slow.opened
    out('a ')
  })
  order.say('out', 'between ')
  order.say('err', 'and ')
  await order.startAbout('b', async ({ out }) => out('b '))
  order.say('out', 'last')
  await turn()
  expect(shown().out).toBe('prompt ')
  expect(shown().err).toBe('')
  slow.open()
  await order.settled()
  expect(shown()).toEqual({ out: 'prompt a between b last', err: 'about a and ' })
})

it('lets a task wait for the one before it about the same subject', async () => {
  const { order } = listener()
  const first = gate()
  const begun: string[] = []
  await order.startAbout('a', () => {
    begun.push('first')
    return first.opened
  })
  const second = order.startAbout('a', async () => begun.push('second'))
  await turn()
  expect(begun).toEqual(['first'])
  first.open()
  await second
  expect(begun).toEqual(['first', 'second'])
  await order.settled()
})

it('starts only so many that have not ended, and goes on when there is room', async () => {
  const { order } = listener()
  const all = gate()
  let begun = 0
  const starting = (async () => {
    for (let i = 0; i < 2000; i++) {
      await order.startAbout(`${i}`, () => {
        begun++
        return all.opened
      })
    }
  })()
  for (let i = 0; i < 20; i++) await turn()
  expect(begun).toBeGreaterThan(1)
  expect(begun).toBeLessThan(2000)
  all.open()
  await starting
  await order.settled()
  expect(begun).toBe(2000)
})

it('throws what a task threw when all others have ended', async () => {
  const { shown, order } = listener()
  await order.startAbout('a', () => Promise.reject(new Error('mistake')))
  await order.startAbout('b', async ({ out }) => out('b'))
  await expect(order.settled()).rejects.toThrow('mistake')
  expect(shown().out).toBe('b')
})

function listener() {
  const texts = { out: '', err: '' }
  const order = new InOrder({
    out: text => {
      texts.out += text
    },
    err: text => {
      texts.err += text
    },
  })
  return { order, shown: () => texts }
}

function gate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { open: () => open(), opened }
}
