import { describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../../src/core/bytes/text.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { promptedPassword } from '../../../src/kdc-client/held-password.ts'
import { AES128, ALICE } from './fake-kdc.ts'

const terms = { etype: AES128, salt: undefined, s2kparams: undefined }

describe('a held password', () => {
  it('is asked for by the name of the client, once for all its exchanges, and outlives each of them', async () => {
    const prompts: string[] = []
    const held = promptedPassword({
      secret: async prompt => {
        prompts.push(prompt)
        return new Secret(encodeText('pw'))
      },
    })
    expect(held.current).toBeUndefined()
    for (const source of [held.source(), held.source()]) {
      await source.key(ALICE, terms)
      source.wipe()
    }
    expect(prompts).toEqual(['Password for alice@R: '])
    expect(held.current?.use(decodeText)).toBe('pw')
  })

  it('is wiped when it is replaced and when it is let go', async () => {
    const old = new Secret(encodeText('old'))
    const fresh = new Secret(encodeText('new'))
    const held = promptedPassword({ secret: async () => old })
    await held.source().key(ALICE, terms)
    held.replace(fresh)
    expect(() => old.use(() => 0)).toThrow('wiped')
    expect(held.current).toBe(fresh)
    held.wipe()
    expect(() => fresh.use(() => 0)).toThrow('wiped')
  })

  it('is prompted for with control characters shown as what they are', async () => {
    let shown = ''
    const held = promptedPassword({
      secret: async prompt => {
        shown = prompt
        throw new KrbError('KRB5_LIBOS_CANTREADPWD')
      },
    })
    await expect(held.source().key({ ...ALICE, components: ['a\u202eb'] }, terms)).rejects.toThrow('Cannot read password')
    expect(shown).toBe('Password for a\\u202eb@R: ')
  })
})
