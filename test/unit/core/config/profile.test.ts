import { describe, expect, it } from 'vitest'
import { loadProfile, type Profile } from '../../../../src/core/config/profile.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

async function load(text: string | Uint8Array, more: Readonly<Record<string, string | undefined>> = {}): Promise<Profile> {
  return loadProfile(['/main'], memoryFiles({ '/main': text, ...more }))
}

async function failure(text: string, more: Readonly<Record<string, string | undefined>> = {}): Promise<KrbError> {
  const error = await load(text, more).catch(thrown => thrown)
  expect(error).toBeInstanceOf(KrbError)
  return error
}

describe('a profile', () => {
  it('knows where every relation stands', async () => {
    const profile = await load('# first\n[s]\n  a = 1\n\tb\t=\t2\ninclude /inc\n r = {\n  a = 3\n }\n', { '/inc': '[s]\na = 4\n' })
    expect(profile.where('s', 'a')).toEqual({ file: '/main', line: 3, column: 3 })
    expect(profile.where('s', 'b')).toEqual({ file: '/main', line: 4, column: 2 })
    expect(profile.where('s', 'r', 'a')).toEqual({ file: '/main', line: 7, column: 3 })
    expect(profile.last('s', 'a')).toBe('4')
    expect(profile.whereLast('s', 'a')).toEqual({ file: '/inc', line: 2, column: 1 })
    expect(profile.where('s', 'none')).toBeUndefined()
    expect(profile.where('s', 'r')).toBeUndefined()
  })

  it('lists names and subsections once each, sorted as MIT sorts them', async () => {
    const profile = await load('[s]\n b = 1\n a = 1\n b = 2\n Z = {\n x = 1\n }\n é = {\n }\n Z = {\n y = 1\n }\n[t]\n')
    expect(profile.names('s')).toEqual(['a', 'b'])
    expect(profile.subsections('s')).toEqual(['Z', 'é'])
    expect(profile.subsections()).toEqual(['s', 't'])
    expect(profile.names('s', 'Z')).toEqual(['x', 'y'])
    expect(profile.names('nosuch')).toEqual([])
  })

  it('treats the names of JavaScript as any other', async () => {
    const profile = await load('[__proto__]\n constructor = 1\n __proto__ = {\n  toString = 2\n }\n')
    expect(profile.value('__proto__', 'constructor')).toBe('1')
    expect(profile.value('__proto__', '__proto__', 'toString')).toBe('2')
    expect(profile.value('toString', 'length')).toBeUndefined()
    expect(({} as { toString2?: string }).toString2).toBeUndefined()
  })

  it('keeps octets that are no UTF-8, and text that is', async () => {
    const profile = await load(Uint8Array.from(Buffer.from('[s]\n a = \xff\xc3\xa9\n', 'latin1')))
    expect(profile.value('s', 'a')).toBe('\udcffé')
  })

  it('ends a line at a NUL, as C does', async () => {
    const profile = await load('[s]\n a = 1\0junk\n b = 2\n')
    expect([profile.value('s', 'a'), profile.value('s', 'b')]).toEqual(['1', '2'])
  })

  it('reads a line that is too long in pieces, as MIT does', async () => {
    const profile = await load(`[s]\n#${'x'.repeat(2046)}b = 2\n`)
    expect(profile.value('s', 'b')).toBe('2')
  })

  it('reads a folder as its included files', async () => {
    const files = memoryFiles({
      '/d/b.conf': '[s]\n a = 2\n',
      '/d/a': '[s]\n a = 1\n',
      '/d/.x.conf': '[s]\n a = 0\n',
      '/d/a~': '[s]\n a = 9\n',
    })
    expect((await loadProfile(['/d'], files)).values('s', 'a')).toEqual(['1', '2'])
  })

  it('skips files that are missing or may not be read', async () => {
    const files = memoryFiles({ '/secret': undefined, '/b': '[s]\n a = 1\n' })
    const profile = await loadProfile(['/nope', '/secret', '/b'], files)
    expect([profile.value('s', 'a'), profile.paths]).toEqual(['1', ['/b']])
    await expect(loadProfile(['/secret'], files)).rejects.toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })

  it('may be /dev/null', async () => {
    const files = { ...memoryFiles({}), stat: async () => ({ kind: 'other' as const, mode: 0o666, uid: 0, size: 0 }) }
    expect((await loadProfile(['/dev/null'], files)).subsections()).toEqual([])
  })

  it('a final section keeps later files out, deeper lookups too', async () => {
    const files = memoryFiles({ '/a': '[s]*\n x = 1\n', '/b': '[s]\n r = {\n  y = 2\n }\n[t]\n z = 3\n' })
    const profile = await loadProfile(['/a', '/b'], files)
    expect([profile.value('s', 'x'), profile.value('s', 'r', 'y'), profile.value('t', 'z')]).toEqual(['1', undefined, '3'])
  })
})

describe('an error in a profile', () => {
  it.each([
    ['[s]\n a = 1\n[t\n', 'PROF_SECTION_SYNTAX', 3, 1],
    ['[s]   # c\n', 'PROF_SECTION_SYNTAX', 1, 7],
    ['[s]\n  a b = 1\n', 'PROF_RELATION_SYNTAX', 2, 5],
    ['[s]\n  = 1\n', 'PROF_RELATION_SYNTAX', 2, 3],
    ['[s]\n\n a\n', 'PROF_RELATION_SYNTAX', 3, 2],
    ['[s]\n }\n', 'PROF_EXTRA_CBRACE', 2, 2],
    ['[s]\n a =\n\n', 'PROF_MISSING_OBRACE', 3, 1],
    ['[s]\n a = {\n[t]\n', 'PROF_SECTION_NOTOP', 3, 1],
    ['module x\n', 'PROF_MODULE', 1, 1],
  ])('%j has a code, a place and a rule', async (text, code, line, column) => {
    const error = await failure(text)
    expect(error).toMatchObject({ code, params: { path: '/main', line, column } })
    expect(error.hints[0]).toMatch(new RegExp(`^/main:${line}:${column}: .`))
  })

  it('in an included file names that file', async () => {
    const error = await failure('include /inc\n', { '/inc': '[s]\n a\n' })
    expect(error).toMatchObject({ code: 'PROF_RELATION_SYNTAX', params: { path: '/inc', line: 2 } })
  })

  it('that a line is too long says so', async () => {
    const error = await failure(`[s]\n a = ${'x'.repeat(3000)}\n`)
    expect(error.params).toEqual({ path: '/main', line: 2, column: 2048 })
    expect(error.hints[0]).toContain('longer than 2047 octets')
  })

  it('with an include names the file that includes and the one that is missing', async () => {
    const error = await failure('[s]\ninclude /nope\n')
    expect(error).toMatchObject({ code: 'PROF_FAIL_INCLUDE_FILE', params: { path: '/main', line: 2, included: '/nope' } })
    expect(await failure('includedir /nope\n')).toMatchObject({ code: 'PROF_FAIL_INCLUDE_DIR', params: { included: '/nope' } })
  })

  it('is what a file that includes itself gives', async () => {
    const error = await failure('include /main\n')
    expect(error).toMatchObject({ code: 'PROF_FAIL_INCLUDE_FILE', params: { path: '/main' } })
    expect(error.hints[0]).toContain('include itself')
  })

  it('is what files that include each other many times give, soon', async () => {
    const twice = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`/f${i}`, `include /f${i + 1}\n`.repeat(4)]))
    expect(await failure('include /f0\n', { ...twice, '/f30': '' })).toMatchObject({ code: 'PROF_FAIL_INCLUDE_FILE' })
  })
})
