import { describe, expect, it } from 'vitest'
import { authorize } from '../../../../src/admin/acl/authorize.ts'
import type { AclLetter } from '../../../../src/admin/acl/entry.ts'
import { loadAcl } from '../../../../src/admin/acl/load.ts'
import { findEntry, granting } from '../../../../src/admin/acl/match.ts'
import { OPERATIONS, type Operation } from '../../../../src/admin/acl/operations.ts'
import { parseAcl } from '../../../../src/admin/acl/parse.ts'
import { parseRestrictions, restricted } from '../../../../src/admin/acl/restrictions.ts'
import type { Files } from '../../../../src/core/env.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../../../src/core/flags/principal-attributes.ts'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

const name = (text: string) => parsePrincipal(text, { defaultRealm: 'R' })
const acl = (...lines: string[]) => parseAcl(lines.join('\n'), { path: 'kadm5.acl', realm: 'R' })
const letters = (text: string) => [...acl(`a ${text}`)[0]!.privileges].join('')

function complaint(text: string): { text: string; hints: readonly string[] } {
  try {
    acl(text)
  } catch (error) {
    if (error instanceof KrbError) return { text: error.message, hints: error.hints }
    throw error
  }
  throw new Error('it was taken')
}

describe('kadm5.acl as text', () => {
  it('has fields between blanks and commas, comments, and continued lines', () => {
    const read = acl('# */admin@R *', '', ' joe/admin\t, ci,bob@R', 'jane a \\', '*@R -maxlife 1h', '#comment \\', 'x@R *', 'last d')
    expect(read.map(({ line, client }) => [line, client])).toEqual([
      [3, name('joe/admin@R')],
      [4, name('jane@R')],
      [8, name('last@R')],
    ])
    expect(read[0]).toMatchObject({ target: name('bob@R'), privileges: new Set(['c', 'i']) })
    expect(read[1]).toMatchObject({ target: name('*@R'), restrictions: { maxLife: 3600 } })
  })
  it('gives everything but extracting keys to * and x', () => {
    expect(letters('*')).toBe('admcilps')
    expect(letters('x')).toBe('admcilps')
    expect(letters('xe')).toBe('admcilpse')
  })
  it('takes a right away by its capital, from left to right', () => {
    expect(letters('adMcil')).toBe('adcil')
    expect(letters('*D')).toBe('amcilps')
    expect(letters('Dd')).toBe('d')
    expect(letters('aX')).toBe('')
  })
  it.each([
    ['a@R *\n\nalice z', 'kadm5.acl: syntax error at line 3 <alice z...>', 'z is no privilege'],
    ['a@R *\n  ', 'kadm5.acl: syntax error at line 2 <  ...>', 'there is no client'],
    ['alice@R', 'kadm5.acl: syntax error at line 1 <alice@R...>', 'there are no privileges'],
    ['a@b@c@d@e@f *', 'kadm5.acl: syntax error at line 1 <a@b@c@d@e@...>', 'the client a@b@c@d@e@f is no principal name'],
    ['a * b@c@d', 'kadm5.acl: syntax error at line 1 <a * b@c@d...>', 'the target b@c@d is no principal name'],
    ['a * * -foo 1', 'kadm5.acl: syntax error at line 1 <a * * -foo...>', '-foo is neither an attribute nor another restriction'],
    ['a * * -maxlife', 'kadm5.acl: syntax error at line 1 <a * * -max...>', '-maxlife is no attribute, or its value is missing'],
    ['a * * -maxlife soon', 'kadm5.acl: syntax error at line 1 <a * * -max...>', 'soon is no time span'],
    ['a * * -policy p -policy q', 'kadm5.acl: syntax error at line 1 <a * * -pol...>', 'there is a second -policy'],
    ['\na *\\\n bad\\\nname@x@y\n', 'kadm5.acl: syntax error at line 2 <a * badnam...>', 'the target badname@x@y is no principal name'],
  ])('says line and reason of %j', (text, wording, hint) => {
    expect(complaint(text)).toEqual({ text: wording, hints: [hint] })
  })
  it('opens nothing when the file is missing, and nobody has a line when none is named', async () => {
    const files = memoryFiles({}) as Files
    await expect(loadAcl({ aclFile: '/acl', realm: 'R' }, files)).rejects.toThrow('Cannot open /acl: No such file or directory')
    expect(await loadAcl({ aclFile: '', realm: 'R' }, files)).toEqual([])
  })
})

describe('which line decides', () => {
  const lineOf = (lines: string[], client: string, target?: string) =>
    findEntry(acl(...lines), name(client), target === undefined ? undefined : name(target))?.line
  it('is the first that fits, without looking further', () => {
    const rules = acl('joe/admin@R i', '*/admin@R *')
    expect(granting(rules, 'i', name('joe/admin@R'), undefined)?.line).toBe(1)
    expect(granting(rules, 'a', name('joe/admin@R'), undefined)).toBeUndefined()
    expect(granting(rules, 'a', name('jane/admin@R'), undefined)?.line).toBe(2)
  })
  it('matches whole components, as many as there are, case and all', () => {
    expect(lineOf(['*/admin@R *'], 'joe/admin@R')).toBe(1)
    expect(lineOf(['*/admin@R *'], 'joe/admin/x@R')).toBeUndefined()
    expect(lineOf(['*/admin@R *'], 'admin@R')).toBeUndefined()
    expect(lineOf(['*/admin@R *'], 'joe/Admin@R')).toBeUndefined()
    expect(lineOf(['*/admin@R *'], 'joe/admin@OTHER')).toBeUndefined()
    expect(lineOf(['*/admin@* *'], 'joe/admin@OTHER')).toBe(1)
    expect(lineOf(['jo*/admin@R *'], 'joe/admin@R')).toBeUndefined()
    expect(lineOf(['* *'], 'joe/admin/x@OTHER')).toBe(1)
  })
  it('never takes a line with a target for an operation that is about no principal', () => {
    expect(lineOf(['joe@R * bob@R'], 'joe@R')).toBeUndefined()
    expect(lineOf(['joe@R * *@R'], 'joe@R')).toBeUndefined()
    expect(lineOf(['joe@R * *'], 'joe@R')).toBe(1)
  })
  it('counts only what * stood for in back references', () => {
    const rules = ['*/root@R * *1@R', '*/*/admin@R ci *2/*1@R', 'fixed/*@R c *1@R', '*@* c *1/own@*', 'one@R c *1@R']
    expect(lineOf(rules, 'joe/root@R', 'joe@R')).toBe(1)
    expect(lineOf(rules, 'joe/root@R', 'bob@R')).toBeUndefined()
    expect(lineOf(rules, 'a/b/admin@R', 'b/a@R')).toBe(2)
    expect(lineOf(rules, 'a/b/admin@R', 'a/b@R')).toBeUndefined()
    expect(lineOf(rules, 'fixed/x@R', 'x@R')).toBe(3)
    expect(lineOf(rules, 'fixed/x@R', 'fixed@R')).toBeUndefined()
    expect(lineOf(rules, 'joe@A', 'joe/own@B')).toBe(4)
    expect(lineOf(rules, 'one@R', '*1@R')).toBeUndefined()
  })
})

describe('restrictions', () => {
  const { REQUIRES_PRE_AUTH, DISALLOW_POSTDATED, DISALLOW_SVR } = PrincipalAttribute
  const apply = (text: string, change: object, more: { clearPolicy?: boolean; attributes?: number } = {}) =>
    restricted({ change, clearPolicy: false, attributes: 0, ...more }, parseRestrictions(text), 1000)
  it('force attributes both ways, on what was there when the request sets none', () => {
    const { change } = apply('+requires_preauth -postdateable,+allow_svr', {}, { attributes: DISALLOW_SVR })
    expect(change.attributes).toBe(REQUIRES_PRE_AUTH | DISALLOW_POSTDATED)
    expect(apply('+requires_preauth', { attributes: DISALLOW_SVR }).change.attributes).toBe(REQUIRES_PRE_AUTH | DISALLOW_SVR)
    expect(apply('+requires_preauth -requires_preauth', {}).change.attributes).toBe(0)
    expect('attributes' in apply('-maxlife 1h', {}).change).toBe(false)
  })
  it('cap lives and dates, and take "never" and "no bound" for more than that', () => {
    expect(apply('-maxlife 2h', { maxLife: 99_999 }).change).toEqual({ maxLife: 7200 })
    expect(apply('-maxlife 2h', { maxLife: 60 }).change).toEqual({ maxLife: 60 })
    expect(apply('-maxlife 2h', { maxLife: 0 }).change).toEqual({ maxLife: 7200 })
    expect(apply('-maxrenewlife 1d', { maxRenewableLife: 0 }).change).toEqual({ maxRenewableLife: 0 })
    expect(apply('-maxrenewlife 1d', {}).change).toEqual({ maxRenewableLife: 86_400 })
    expect(apply('-expire 60 -pwexpire 1:00', { expiration: 5000, pwExpiration: 0 }).change).toEqual({
      expiration: 1060,
      pwExpiration: 4600,
    })
    expect(apply('-expire 1h', { expiration: 1001 }).change).toEqual({ expiration: 1001 })
  })
  it('set or clear the policy', () => {
    expect(apply('-policy p', { policy: 'q' })).toMatchObject({ change: { policy: 'p' }, clearPolicy: false })
    expect(apply('-policy p', {}, { clearPolicy: true })).toMatchObject({ change: { policy: 'p' }, clearPolicy: true })
    const cleared = apply('-clearpolicy -policy p', { policy: 'q' })
    expect(cleared.clearPolicy).toBe(true)
    expect(cleared.change).toEqual({})
  })
})

describe('who may do what', () => {
  const alice = name('alice@R')
  const ask = (operation: Operation, rules: string[], more: object = {}) =>
    authorize(acl(...rules), operation, { client: alice, byChangepw: false, target: name('bob@R'), ...more })
  it.each(Object.keys(OPERATIONS) as Operation[])('%s needs its letter', operation => {
    const { letter } = OPERATIONS[operation]
    const other = name('new@R')
    const target = /Polic|list/.test(operation) ? { target: undefined } : {}
    const both = operation === 'renamePrincipal' ? 'da' : operation === 'addAlias' ? 'am' : letter
    const all = 'admcilpse'
    const without = [...all].filter(one => !both.includes(one)).join('')
    expect(ask(operation, [`alice ${both}`], { other, ...target })?.by).toBe('line')
    expect(ask(operation, [`alice ${all}${letter.toUpperCase()}`], { other, ...target })).toBeUndefined()
    expect(ask(operation, [`alice ${without}`], { other, ...target })).toBeUndefined()
    expect(ask(operation, [], { other, ...target })).toBeUndefined()
    expect(ask(operation, ['alice *e'], { other, byChangepw: true, ...target })).toBeUndefined()
  })
  it('lets principals see and change what is theirs, and no more', () => {
    const own = (Object.keys(OPERATIONS) as Operation[]).filter(
      operation => ask(operation, [], { target: alice, other: alice })?.by === 'self',
    )
    expect(own).toEqual(['getPrincipal', 'changePassword', 'randomizeKeys', 'purgeKeys', 'getStrings'])
    const policy = { target: undefined, policy: 'mine', ownPolicy: 'mine' }
    expect(ask('getPolicy', [], policy)?.by).toBe('self')
    expect(ask('getPolicy', [], { ...policy, policy: 'yours' })).toBeUndefined()
    expect(ask('getPolicy', [], { target: undefined })).toBeUndefined()
  })
  it('lets those who came for a new password do that and look, whatever the file says', () => {
    const may = (rules: string[]) =>
      (Object.keys(OPERATIONS) as Operation[]).filter(
        operation => ask(operation, rules, { target: alice, other: alice, byChangepw: true, policy: 'p', ownPolicy: 'p' }) !== undefined,
      )
    expect(may([])).toEqual(['getPrincipal', 'changePassword', 'randomizeKeys', 'getPolicy'])
    expect(may(['* *e'])).toEqual(may([]))
  })
  it('wants both rights for a new name, the one on it without restrictions', () => {
    const other = name('new@R')
    expect(ask('renamePrincipal', ['alice d bob@R', 'alice a new@R'], { other })?.by).toBe('line')
    expect(ask('renamePrincipal', ['alice d bob@R', 'alice a new@R +requires_preauth'], { other })).toBeUndefined()
    expect(ask('renamePrincipal', ['alice d bob@R'], { other })).toBeUndefined()
    expect(ask('addAlias', ['alice a bob@R', 'alice m new@R'], { other })?.by).toBe('line')
    expect(ask('addAlias', ['alice a bob@R +requires_preauth', 'alice m new@R'], { other })).toBeUndefined()
    expect(ask('addAlias', ['alice a bob@R'], { other })).toBeUndefined()
  })
  it('hands the restrictions of the line on', () => {
    const granted = ask('addPrincipal', ['alice a *@R -maxlife 1h'])
    expect(granted?.by === 'line' && granted.entry.restrictions?.maxLife).toBe(3600)
  })
  it('has no letter that no operation asks for, but p, which propagation will', () => {
    const asked = new Set<AclLetter>(Object.values(OPERATIONS).map(({ letter }) => letter))
    expect([...'admcilpse'].filter(letter => !asked.has(letter as AclLetter))).toEqual(['p'])
  })
})
