import { describe, expect, it } from 'vitest'
import { exposureWarning } from '../../../../src/commands/tkadmin/exposed-secrets.ts'
import { mayBeRemembered } from '../../../../src/commands/tkadmin/memory.ts'
import { forgiven, IF_NOT_EXISTS, IF_PRINCIPAL_EXISTS, takeOwnOptions } from '../../../../src/commands/tkadmin/own-options.ts'
import { requestNamed } from '../../../../src/commands/tkadmin/requests/index.ts'

const taken = (line: string) => {
  const [name, ...words] = line.split(' ')
  const { own, words: rest } = takeOwnOptions(words, requestNamed(name!)!)
  return [Object.fromEntries(own), rest.join(' ')]
}

describe('options of our own among the words of a request', () => {
  it.each([
    ['addprinc --if-not-exists -randkey a', { 'if-not-exists': '' }, '-randkey a'],
    ['addprinc -randkey a --if-not-exists', { 'if-not-exists': '' }, '-randkey a'],
    ['addprinc --from f -policy p', { from: 'f' }, '-policy p'],
    ['addprinc --from=a=b', { from: 'a=b' }, ''],
    ['addprinc --from -', { from: '-' }, ''],
    // Values of kadmin's options are theirs.
    ['addprinc -pw --if-not-exists a', {}, '-pw --if-not-exists a'],
    ['addprinc -policy --from -pw --from x', {}, '-policy --from -pw --from x'],
    ['cpw -pw --if-exists a', {}, '-pw --if-exists a'],
    ['ktadd -k --base64 a', {}, '-k --base64 a'],
    // What is no option of this request stays for kadmin's own reading.
    ['getprinc --from a', {}, '--from a'],
    ['addprinc --if-not-exists=yes a', {}, '--if-not-exists=yes a'],
    ['addprinc --if-not-exist a', {}, '--if-not-exist a'],
  ])('%s', (line, own, rest) => {
    expect(taken(line)).toEqual([own, rest])
  })

  it('must have their values', () => {
    expect(() => taken('addprinc --from')).toThrow('add_principal: --from needs a value: FILE')
  })

  it('forgive what they name, when they are given', () => {
    const options = [IF_NOT_EXISTS, IF_PRINCIPAL_EXISTS]
    expect(forgiven('KADM5_DUP', new Map([['if-not-exists', '']]), options)).toBe(true)
    expect(forgiven('KADM5_DUP', new Map([['if-exists', '']]), options)).toBe(false)
    expect(forgiven('KADM5_UNK_PRINC', new Map([['if-exists', '']]), options)).toBe(true)
    expect(forgiven('KADM5_AUTH_DELETE', new Map([['if-exists', '']]), options)).toBe(false)
    expect(forgiven('KADM5_DUP', new Map([['if-not-exists', '']]))).toBe(false)
  })
})

describe('the history', () => {
  it.each(['getprinc alice', 'addprinc -randkey a', 'addprinc -pwexpire "1 day" a', 'cpw alice', 'quit'])('keeps %s', line => {
    expect(mayBeRemembered(line)).toBe(true)
  })
  it.each([
    'cpw -pw geheim alice',
    'addprinc -pw geheim alice',
    'addprinc "-pw" geheim alice',
    'addprinc -"p"w geheim alice',
    'addprinc -pwgeheim alice',
    'addprinc -PW geheim alice',
    'addprinc --pw geheim alice',
    'addprinc -password geheim alice',
    'cpw -pw "geheim alice',
    'geheim',
    '!sh',
    '',
  ])('does not keep %s', line => {
    expect(mayBeRemembered(line)).toBe(false)
  })
})

describe('passwords on the command line', () => {
  it('are warned of', () => {
    expect(exposureWarning({ operands: ['cpw', '-pw', 'x', 'a'] }, 'tkadmin')).toContain('behind -pw')
    expect(exposureWarning({ operands: [], query: 'addprinc -pw x a' }, 'tkadmin')).toContain('behind -pw')
    expect(exposureWarning({ operands: ['getprinc', 'a'], password: 'x' }, 'tkadmin')).toContain('behind -w')
    for (const given of [{ operands: ['cpw', 'a'] }, { operands: [], query: 'addprinc -pwexpire never a' }, { operands: [], query: '"' }]) {
      expect(exposureWarning(given, 'tkadmin')).toBeUndefined()
    }
  })
})
