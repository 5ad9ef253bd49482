import { expect, it } from 'vitest'
import { extendedRegex } from '../../../../src/commands/tkdb5-util/extended-regex.ts'

it.each([
  ['u.*', 'u1@R', true],
  ['u', 'u1@R', false],
  ['1@R', 'u1@R', false],
  ['[a-z]+[0-9]@R', 'u1@R', true],
  ['[[:alpha:]][[:digit:]]@R', 'u1@R', true],
  ['[^[:alpha:]].*', 'u1@R', false],
  ['[]u]1@R', 'u1@R', true],
  ['[^]]1@R', 'u1@R', true],
  ['[\\]1@R', '\\1@R', true],
  ['[a\\-z]1@R', 'u1@R', true],
  ['u{1}1{0,2}@R', 'u1@R', true],
  ['(u|v)1@(R|S)', 'v1@S', true],
  ['(a)\\1@R', 'aa@R', true],
  ['(a)\\1@R', 'ab@R', false],
  ['host/a\\.b@R', 'host/a.b@R', true],
  ['host/a\\.b@R', 'host/axb@R', false],
  ['a)@R', 'a)@R', true],
  ['^u1@R$', 'u1@R', true],
  ['a**@R', 'aaa@R', true],
  ['é.@R', 'éü@R', true],
  ['[[.u.]][[=1=]]@R', 'u1@R', true],
])('%s and %s: %s', (expression, name, matches) => {
  const compiled = extendedRegex(expression)
  expect(compiled).toBeTypeOf('function')
  expect((compiled as (name: string) => boolean)(name)).toBe(matches)
})

it.each([
  ['[u', 'Unmatched [, [^, [:, [., or [='],
  ['*u', 'Invalid preceding regular expression'],
  ['(*u)', 'Invalid preceding regular expression'],
  ['u(', 'Unmatched ( or \\('],
  ['a\\', 'Trailing backslash'],
  ['a{2', 'Unmatched \\{'],
  ['a{2,1}', 'Invalid content of \\{\\}'],
  ['a{x}', 'Invalid content of \\{\\}'],
  ['[b-a]', 'Invalid range end'],
  ['[[:foo:]]', 'Invalid character class name'],
  ['a\\1', 'Invalid back reference'],
])('%s: %s', (expression, complaint) => {
  expect(extendedRegex(expression)).toBe(complaint)
})
