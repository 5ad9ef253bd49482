import { describe, expect, it } from 'vitest'
import { VERBS } from '../../../src/admin/language/index.ts'
import { readModification } from '../../../src/admin/language/modify-principal.ts'
import type { Reading } from '../../../src/admin/query/parse.ts'
import { QueryError } from '../../../src/admin/query/query-error.ts'
import { splitLine } from '../../../src/admin/query/split.ts'
import { readInterval, readNumber } from '../../../src/admin/query/values.ts'
import { unparsePrincipal } from '../../../src/core/principal/principal.ts'
import { UTC } from '../../../src/core/time/zone.ts'

/** Wednesday 2030-01-16 12:34:56 UTC. */
const reading: Reading = { realm: 'R', now: 1_894_797_296, zone: UTC }
const add = (line: string) => VERBS.addPrincipal.read(splitLine(line), reading)

describe('words of add_principal', () => {
  it('takes every option', () => {
    const read = add(
      '-expire 2031-02-03 -pwexpire never -maxlife 10h -maxrenewlife "2 days" -kvno 7 -policy p -pw secret -e aes128-cts:special -x a=b host/x',
    )
    expect(unparsePrincipal(read.principal)).toBe('host/x@R')
    expect(read.change).toEqual({
      expiration: 1_927_843_200,
      pwExpiration: 0,
      maxLife: 36_000,
      maxRenewableLife: 172_800,
      kvno: 7,
      policy: 'p',
      databaseArguments: ['a=b'],
    })
    expect(read).toMatchObject({ password: 'secret', randomKey: false, noKey: false, keySalts: [{ etype: 17, saltType: 4 }] })
  })
  it('has the last word as the name, whatever it looks like', () => {
    expect(unparsePrincipal(add('-randkey').principal)).toBe('-randkey@R')
    expect(add('-pw x -randkey')).toMatchObject({ password: 'x', randomKey: false })
  })
  it.each([
    ['+requires_preauth', 0x80],
    ['+REQUIRES-PRE-AUTH', 0x80],
    ['preauth', 0x80],
    ['-allow_svr', 0x1000],
    ['-allow_svr +allow_svr', 0],
    ['+needchange -allow_tix +0x100000', 0x100240],
    ['-lockdown_keys', 0],
  ])('flags %s', (flags, attributes) => {
    expect(add(`${flags} a`).change.attributes).toBe(attributes)
  })
  it('leaves attributes to the realm when no flag is given', () => {
    expect(add('a').change).toEqual({})
  })
  it.each(['', '-pw a', '-expire a', '-bogus a', '-e a', '+nonsense a', 'a b'])('%j is a usage error', line => {
    expect(() => add(line)).toThrow(/^usage: add_principal \[options\] principal\n/)
  })
  it('says what was wrong with a value first', () => {
    expect(() => add('-expire soon a')).toThrow(/^Invalid date specification "soon"\.\nusage: add_principal/)
    expect(() => add('-maxlife yesterday a')).toThrow(/^Interval specification "yesterday" is in the past\.\nusage:/)
    expect(() => add('-randkey a@b@c')).toThrow(/^add_principal: Malformed representation of principal while parsing principal\nusage:/)
  })
})

describe('names', () => {
  it.each([
    ['a\\', 'a\\@R@R'],
    ['a\\@b', 'a\\@b@R'],
    ['a\\@b@C', 'a\\@b@C'],
    ['a@', 'a@'],
    ['', '@R'],
  ])('%s is %s', (word, name) => {
    expect(unparsePrincipal(VERBS.getPrincipal.read([word], reading).principal)).toBe(name)
  })
  it.each(['@', '@R', 'a@b@c'])('%s is none', word => {
    expect(() => VERBS.getPrincipal.read([word], reading)).toThrow(QueryError)
  })
})

describe('words of modify_principal', () => {
  it('changes the flags that are there', () => {
    expect(readModification(['-requires_preauth', '+needchange', 'a'], 0x1080, reading).change.attributes).toBe(0x1200)
  })
  it.each(['-randkey a', '-nokey a', '-pw x a', '-e aes128-cts a'])('refuses keys: %s', line => {
    expect(() => readModification(splitLine(line), 0, reading)).toThrow(/^usage: modify_principal/)
  })
})

describe('words of the others', () => {
  it('change_password', () => {
    const read = VERBS.changePassword.read(splitLine('-keepold -e aes256-sha2 -pw "" -x y a'), reading)
    expect(read).toMatchObject({ keepOld: true, password: '', randomKey: false, keySalts: [{ etype: 20, saltType: 0 }] })
    expect(() => VERBS.changePassword.read([], reading)).toThrow('change_password: missing principal name\n')
    expect(() => VERBS.changePassword.read(['a', '-randkey'], reading)).toThrow('change_password: too many arguments\n')
    expect(() => VERBS.changePassword.read(['-e'], reading)).toThrow('change_password: missing keysaltlist arg\n')
  })
  it('purgekeys', () => {
    const keep = (line: string) => VERBS.purgeKeys.read(splitLine(line), reading).keep
    expect([keep('a'), keep('-all a'), keep('-keepkvno 3 a'), keep('-keepkvno x a')]).toEqual([0, 'none', 3, 0])
    expect(() => keep('-keepkvno 3')).toThrow(/^usage: purgekeys/)
  })
  it('policies', () => {
    const read = (line: string) => VERBS.addPolicy.read(splitLine(line), reading)
    expect(read('-maxlife 1d -minlength 8 -allowedkeysalts - p')).toEqual({
      name: 'p',
      change: { maxLife: 86_400, minLength: 8, allowedKeySalts: undefined },
    })
    expect(() => read('-minlength p')).toThrow(/^usage; add_policy/)
    expect(() => read('')).toThrow(/^add_policy: parser lost count!\n/)
  })
  it('-force and -terse stand in front of the name', () => {
    expect(VERBS.deletePrincipal.read(['-force', 'a'], reading)).toMatchObject({ force: true })
    expect(VERBS.getPrincipal.read(['-terse', 'a'], reading)).toMatchObject({ terse: true })
    for (const words of [[], ['-terse', 'a', 'b'], ['a', '-terse']]) {
      expect(() => VERBS.getPrincipal.read(words, reading)).toThrow(QueryError)
    }
  })
})

describe('values', () => {
  it.each([
    ['10h', 36_000],
    ['1:30', 5400],
    ['90', 90],
    ['1 day', 86_400],
    ['tomorrow', 86_400],
    ['never', 0],
    ['-5', -5],
  ])('interval %s', (text, seconds) => {
    expect(readInterval(text, reading)).toBe(seconds)
  })
  it.each([
    ['12', 12],
    [' -3x', -3],
    ['x', 0],
    ['', 0],
    ['4294967297', 1],
  ])('number %j as C reads it', (text, value) => {
    expect(readNumber(text)).toBe(value)
  })
})
