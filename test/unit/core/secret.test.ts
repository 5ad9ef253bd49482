import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/core/secret/secret.ts'

describe('a secret', () => {
  it('shows itself nowhere', () => {
    const secret = new Secret(Uint8Array.of(0x70, 0x77))
    for (const shown of [`${secret}`, JSON.stringify({ secret }), inspect(secret), inspect({ deep: { secret } })]) {
      expect(shown).toContain('[secret 2 bytes]')
      expect(shown).not.toMatch(/pw|112|0x70|70/)
    }
  })
  it('is zeroed by wipe and refuses to be used afterwards', () => {
    const octets = Uint8Array.of(1, 2, 3)
    const secret = new Secret(octets)
    secret.wipe()
    expect([...octets]).toEqual([0, 0, 0])
    expect(() => secret.use(lent => lent.length)).toThrow('wiped')
  })
  it('copies when told to', () => {
    const octets = Uint8Array.of(1, 2, 3)
    Secret.copyOf(octets).wipe()
    expect([...octets]).toEqual([1, 2, 3])
  })
})
