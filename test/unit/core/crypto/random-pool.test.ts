import { expect, it } from 'vitest'
import { pooledRandom } from '../../../../src/core/crypto/random-pool.ts'

it('hands out octets that stay as they are, each once, whatever kind of array the source makes', () => {
  let next = 1
  const random = pooledRandom(length => Buffer.alloc(length, next++))
  const first = random(16)
  const rest = random(4080)
  expect([...first]).toEqual(Array(16).fill(1))
  expect(rest.every(octet => octet === 1)).toBe(true)
  expect([...random(2)]).toEqual([2, 2])
  expect([...first]).toEqual(Array(16).fill(1))
  expect(random(5000)).toHaveLength(5000)
})
