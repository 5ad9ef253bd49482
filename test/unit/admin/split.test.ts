import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLine } from '../../../src/admin/query/split.ts'

describe('a line of requests', () => {
  it.each([
    ['', []],
    ['  \t ', []],
    ['getprinc alice', ['getprinc', 'alice']],
    ['\tgetprinc  alice\t', ['getprinc', 'alice']],
    ['addprinc -pw "two words" a', ['addprinc', '-pw', 'two words', 'a']],
    ['a "" b', ['a', '', 'b']],
    ['"a""b"', ['a"b']],
    ['"" ""', ['', '']],
    ['""""', ['"']],
    ['pre"in quotes"post', ['prein quotespost']],
    ['a\\ b \\"c d"', ['a\\', 'b', '\\c d']],
    ["'single quotes' mean nothing", ["'single", "quotes'", 'mean', 'nothing']],
  ])('%j', (line, words) => {
    expect(splitLine(line)).toEqual(words)
  })
  it.each(['"', 'a "b', '"""', 'a""" b'])('%j is unbalanced', line => {
    expect(() => splitLine(line)).toThrow('Unbalanced quotes in command line')
  })
  it('gives back any words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), words => {
        const line = words.map(word => `"${word.replaceAll('"', '""')}"`).join(' ')
        expect(splitLine(line)).toEqual(words)
      }),
    )
  })
})
