import { describe, expect, it } from 'vitest'
import { encodeKeytab } from '../../../../src/core/keytab/format.ts'
import type { KeytabEntry } from '../../../../src/core/keytab/keytab.ts'
import { mergeEntries } from '../../../../src/core/keytab/merge.ts'
import { outdatedEntries, principalsOf, versionsOf } from '../../../../src/core/keytab/prune.ts'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

const entry = (name: string, kvno: number, options: { etype?: number; timestamp?: number; key?: string } = {}): KeytabEntry => {
  const { etype = 18, timestamp = 1, key = 'k' } = options
  return { principal: parsePrincipal(`${name}@R`), kvno, timestamp, key: { etype, value: new Secret(Buffer.from(key)) } }
}

describe('versions in a keytab', () => {
  const entries = [entry('a', 1), entry('b', 9), entry('a', 3), entry('a', 3, { etype: 17 }), entry('a', 2)]

  it('are found newest first, principal by principal', () => {
    expect(principalsOf(entries).map(({ components }) => components[0])).toEqual(['a', 'b'])
    expect(versionsOf(entries[0]!.principal, entries).map(({ kvno, entries: own }) => [kvno, own.length])).toEqual([
      [3, 2],
      [2, 1],
      [1, 1],
    ])
  })

  it('are outdated when enough newer ones are there', () => {
    expect([...outdatedEntries(entries, 1)].map(({ kvno }) => kvno)).toEqual([2, 1])
    expect([...outdatedEntries(entries, 2)].map(({ kvno }) => kvno)).toEqual([1])
    expect(outdatedEntries(entries, 3).size).toBe(0)
  })

  it('go on after 255, where numbers have 8 bits', () => {
    const wrapped = [entry('a', 254, { timestamp: 10 }), entry('a', 255, { timestamp: 20 }), entry('a', 1, { timestamp: 30 })]
    expect([...outdatedEntries(wrapped, 1)].map(({ kvno }) => kvno)).toEqual([255, 254])
  })
})

describe('merging keytabs', () => {
  it('adds what is new, once, and tells what is the same and what is not', () => {
    const present = [entry('a', 1, { key: 'one' })]
    const more = [entry('a', 1, { key: 'one' }), entry('a', 1, { key: 'two' }), entry('a', 2), entry('a', 2), entry('a', 1, { etype: 17 })]
    const { added, repeated, conflicting } = mergeEntries(present, more)
    expect(added).toEqual([more[2], more[4]])
    expect(repeated).toEqual([more[0], more[3]])
    expect(conflicting).toEqual([more[1]])
  })
})

it('an entry that readers would take for the end is not written', () => {
  expect(() => encodeKeytab([entry('', 1)])).toThrow('Error writing to key table')
  expect(() => encodeKeytab([entry('a', 1, { key: '' })])).toThrow('Error writing to key table')
})
