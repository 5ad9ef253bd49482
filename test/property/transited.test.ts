import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { hierarchicalPath } from '../../src/core/realm-path/path.ts'
import { addTransited } from '../../src/core/transited/add.ts'
import { checkTransited } from '../../src/core/transited/check.ts'
import { decodeTransited } from '../../src/core/transited/decode.ts'
import { encodeTransited } from '../../src/core/transited/encode.ts'

const label = fc.constantFrom('A', 'EDU', 'MIT', 'b c', 'x,y', '\\', '.', ' ', '', '\udcff', 'é')
const realm = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.')),
  fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => `/${labels.join('/')}`),
)
const realms = fc.array(
  realm.filter(name => name !== ''),
  { maxLength: 8 },
)
const field = fc.oneof(
  fc
    .array(fc.constantFrom('A', 'EDU', 'MIT.', '/COM', ',', ',', '\\', ' ', '.', '\0', '\xff'), { maxLength: 14 })
    .map(parts => parts.join('')),
  realms.map(names => Buffer.from(encodeTransited(names)).toString('latin1')),
)

describe('transited fields', () => {
  it('what is written is read again', () => {
    fc.assert(
      fc.property(realms, names => {
        expect(decodeTransited(encodeTransited(names), 'C', 'S')).toEqual(names)
      }),
    )
  })

  it('hostile octets give realms or an error, and what gives realms can be written', () => {
    fc.assert(
      fc.property(field, realm, realm, (text, client, server) => {
        const names = orUndefined(() => decodeTransited(Buffer.from(text, 'latin1'), client, server))
        if (names === undefined) return
        expect(decodeTransited(encodeTransited(names), client, server)).toEqual(names)
      }),
    )
  })

  it('a realm that is added is there, and none gets lost', () => {
    fc.assert(
      fc.property(realms, realm, (names, issuer) => {
        fc.pre(issuer !== '')
        const longer = orUndefined(() => addTransited(encodeTransited(names), issuer, 'C', 'S'))
        if (longer === undefined) return
        expect(new Set(decodeTransited(longer, 'C', 'S'))).toEqual(new Set([...names, issuer]))
      }),
    )
  })

  it('a path with a realm beside the way never passes', () => {
    fc.assert(
      fc.property(field, realm, realm, (text, client, server) => {
        const contents = Buffer.from(text, 'latin1')
        const passed = orUndefined(() => decodeTransited(contents, client, server))
        const good = orUndefined(() => {
          checkTransited(contents, client, server, hierarchicalPath)
          return true
        })
        if (good) expect(hierarchicalPath(client, server)).toEqual(expect.arrayContaining([...passed!]))
      }),
    )
  })
})

/** Anything but a `KrbError` is a mistake of ours. */
function orUndefined<T>(attempt: () => T): T | undefined {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}
