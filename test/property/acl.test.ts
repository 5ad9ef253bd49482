import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { authorize } from '../../src/admin/acl/authorize.ts'
import type { Acl } from '../../src/admin/acl/entry.ts'
import { whyRefused } from '../../src/admin/acl/explain.ts'
import { OPERATIONS, type Operation } from '../../src/admin/acl/operations.ts'
import { parseAcl } from '../../src/admin/acl/parse.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'

const component = fc.constantFrom('a', 'b', 'admin', '*', '*1', '*2', '*9')
const pattern = fc
  .tuple(fc.array(component, { minLength: 1, maxLength: 3 }), fc.constantFrom('@R', '@S', '@*', ''))
  .map(([parts, realm]) => parts.join('/') + realm)
const letters = fc.string({ unit: fc.constantFrom(...'admcilpsexADMCILPSEX*'), minLength: 1, maxLength: 6 })
const restrictions = fc.constantFrom('', ' -maxlife 1h', ' +requires_preauth -policy p', ' -clearpolicy')
const line = fc.oneof(
  fc.tuple(pattern, letters).map(parts => parts.join(' ')),
  fc.tuple(pattern, letters, pattern, restrictions).map(([client, ops, target, rest]) => `${client},${ops}\t${target}${rest}`),
)
const operation = fc.constantFrom(...(Object.keys(OPERATIONS) as Operation[]))
const name = fc.tuple(fc.array(fc.constantFrom('a', 'b', 'admin', '*'), { minLength: 1, maxLength: 3 }), fc.constantFrom('R', 'S'))
const principal = name.map(([components, realm]) => ({ ...parsePrincipal('x@R'), components, realm }))

const read = (text: string): Acl => parseAcl(text, { path: 'acl', realm: 'R' })

describe('kadm5.acl', () => {
  it('gives a value or a typed error for any text', () => {
    const words = fc.constantFrom('a', '*', '@', '\\', '\n', '#', ',', ' ', '-policy', '+x', '\t', '1h', '\0', 'é', '\ud800', '/')
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: words, maxLength: 60 })), text => {
        try {
          expect(Array.isArray(read(text))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(KrbError)
          expect((error as KrbError).message).toMatch(/^acl: syntax error at line \d+ </)
        }
      }),
    )
  })
  it('grants nothing that no line gives and that is not one’s own', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        operation,
        principal,
        principal,
        principal,
        fc.boolean(),
        (lines, op, client, target, other, byChangepw) => {
          const acl = read(lines.join('\n'))
          const granted = authorize(acl, op, { client, target, other, byChangepw })
          if (granted === undefined) {
            expect(whyRefused(acl, 'acl', op, { client, target, other, byChangepw })).toMatch(
              /^(no line of acl is for|acl:\d+ (does not give|has) |a ticket for)/,
            )
            return
          }
          if (granted.by === 'self') {
            expect(client).toEqual(target)
            return
          }
          expect(byChangepw).toBe(false)
          expect(acl).toContain(granted.entry)
          expect(granted.entry.privileges.has(OPERATIONS[op].letter)).toBe(true)
          // Taking the line away, or what stands before it, never makes another one grant in its place by accident: it is the first that fits.
          const upTo = acl.slice(0, acl.indexOf(granted.entry))
          expect(authorize(upTo, op, { client, target, other, byChangepw })?.by).not.toBe('line')
        },
      ),
    )
  })
})
