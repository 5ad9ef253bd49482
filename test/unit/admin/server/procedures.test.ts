import { beforeEach, describe, expect, it } from 'vitest'
import { VERBS } from '../../../../src/admin/language/index.ts'
import { isAdminService } from '../../../../src/admin/server/call.ts'
import { PrincipalMask as M, PolicyMask as P } from '../../../../src/admin/wire/kadm5/masks.ts'
import { EMPTY_POLICY_ENT, EMPTY_PRINCIPAL_ENT, type PrincipalEnt } from '../../../../src/admin/wire/kadm5/structures.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { type Ask, type Kadm5Desk, kadm5Desk, name } from '../../../helpers/kadm5-desk.ts'

const secret = (text: string) => new Secret(encodeText(text))
const ent = (who: string, more: Partial<PrincipalEnt> = {}): PrincipalEnt => ({ ...EMPTY_PRINCIPAL_ENT, principal: name(who), ...more })
const octets = (...values: number[]) => Uint8Array.from(values)

let desk: Kadm5Desk
let root: Ask
beforeEach(async () => {
  desk = await kadm5Desk(['root/admin *e', 'adder a', '*/own ci *1@R'], ['max_life = 10h', 'default_principal_flags = +preauth'])
  root = desk.as('root/admin')
})

const create = (who: string, more: Partial<PrincipalEnt> = {}, mask = 0, password: string | undefined = 'Passw0rd') =>
  root('createPrincipal', {
    entry: ent(who, more),
    mask: mask | M.PRINCIPAL,
    password: password === undefined ? undefined : secret(password),
  })
const get = async (who: string, mask: number = M.NORMAL | M.KEY_DATA | M.TL_DATA) =>
  (await root('getPrincipal', { principal: name(who), mask })).result.entry
const policy = (policyName: string, more: object = {}, mask = 0) =>
  root('createPolicy', { entry: { ...EMPTY_POLICY_ENT, policy: policyName, ...more }, mask: mask | P.POLICY })

describe('versions', () => {
  it.each([
    [0x54321704, 'KADM5_BAD_API_VERSION'],
    [0x12345701, 'KADM5_OLD_SERVER_API_VERSION'],
    [0x12345705, 'KADM5_NEW_SERVER_API_VERSION'],
  ])('%s is not spoken, and does not come back', async (version, code) => {
    expect(await desk.as('root/admin', { version })('init', {})).toMatchObject({ code, version: 0 })
    expect(desk.log).toEqual([])
  })
  it('says hello to everybody, and gives all privileges', async () => {
    expect(await desk.as('nobody')('init', {})).toMatchObject({ code: 'OK', version: 0x12345704 })
    expect((await desk.as('nobody')('getPrivs', {})).result.privileges).toBe(0xffffffff)
    const from = 'client=nobody@R, service=kadmin/admin@R, addr=192.0.2.1'
    expect(desk.log).toEqual([
      `Request: kadm5_init, nobody@R, success, ${from}, vers=4, flavor=6`,
      `Request: kadm5_get_privs, nobody@R, success, ${from}`,
    ])
  })
})

describe('creating', () => {
  it("takes the realm's defaults for what the mask does not name, and the caller for the modifier", async () => {
    expect((await create('alice', { maxLife: 5, attributes: 0x40 })).code).toBe('OK')
    expect(await get('alice')).toMatchObject({
      ...{ maxLife: 36_000, attributes: 0x80, modName: name('root/admin'), kvno: 1, mkvno: 1 },
      ...{ policy: undefined, auxAttributes: 0, tlData: undefined, keyCount: 2 },
    })
  })
  it.each<readonly [string, number, Partial<PrincipalEnt>]>([
    ['without its name', 0, {}],
    ...[M.LAST_PWD_CHANGE, M.MOD_TIME, M.MOD_NAME, M.MKVNO, M.AUX_ATTRIBUTES, M.LAST_SUCCESS, M.LAST_FAILED, M.FAIL_AUTH_COUNT].map(
      bit => [`with bit ${bit.toString(16)}`, M.PRINCIPAL | bit, {}] as const,
    ),
    ['with an unknown bit', M.PRINCIPAL | 0x80000, {}],
    ['with keys', M.PRINCIPAL | M.KEY_DATA, { keyCount: 1 }],
    ['with a policy that is null', M.PRINCIPAL | M.POLICY, {}],
    ['with a policy and without', M.PRINCIPAL | M.POLICY | M.POLICY_CLR, { policy: 'p' }],
  ])('refuses a mask %s', async (_, mask, more) => {
    const answer = await root('createPrincipal', { entry: ent('alice', more), mask, password: secret('x') })
    expect(answer.code).toBe('KADM5_BAD_MASK')
  })
  it('makes random keys without a password, and none at all when asked', async () => {
    await root('createPrincipal', { entry: ent('svc'), mask: M.PRINCIPAL, password: undefined })
    await root('createPrincipal', { entry: ent('bare'), mask: M.PRINCIPAL | M.KEY_DATA, password: undefined })
    expect((await get('svc')).keyData).toHaveLength(2)
    expect((await get('bare')).keyData).toEqual([])
  })
  it('obeys key/salt pairs and refuses unknown ones and endless lists', async () => {
    const make = (keySalts: { etype: number; saltType: number }[]) =>
      root('createPrincipal3', { entry: ent('alice'), mask: M.PRINCIPAL, keySalts, password: secret('Passw0rd') })
    expect((await make([{ etype: 99, saltType: 0 }])).code).toBe('KRB5_BAD_ENCTYPE')
    const endless = Array.from({ length: 70_000 }, (_, saltType) => ({ etype: 18, saltType }))
    expect((await make(endless)).code).toBe('KADM5_BAD_KEYSALTS')
    expect((await make([{ etype: 17, saltType: 0 }])).code).toBe('OK')
    expect((await get('alice')).keyData).toMatchObject([{ version: 1, etype: 17, saltType: 0 }])
  })
  it.each([
    ['KADM5_DUP', 'alice', {}, 0, 'Passw0rd'],
    ['KADM5_BAD_POLICY', 'bob', { policy: '' }, M.POLICY, 'Passw0rd'],
    ['KADM5_PASS_Q_TOOSHORT', 'bob', {}, 0, ''],
    ['KADM5_BAD_TL_TYPE', 'bob', { tlData: [{ type: 3, value: octets(1) }], tlCount: 1 }, M.TL_DATA, 'Passw0rd'],
  ])('answers %s', async (code, who, more, mask, password) => {
    await create('alice')
    expect((await create(who, more, mask, password)).code).toBe(code)
  })
  it('answers the null name without a line in the log', async () => {
    const answer = await root('createPrincipal', { entry: EMPTY_PRINCIPAL_ENT, mask: M.PRINCIPAL, password: undefined })
    expect(answer.code).toBe('KADM5_BAD_PRINCIPAL')
    expect(desk.log).toEqual([])
  })
})

describe('modifying', () => {
  const modify = (who: string, more: Partial<PrincipalEnt>, mask: number) => root('modifyPrincipal', { entry: ent(who, more), mask })
  beforeEach(() => create('alice'))
  it.each([
    M.PRINCIPAL,
    M.LAST_PWD_CHANGE,
    M.MOD_TIME,
    M.MOD_NAME,
    M.MKVNO,
    M.AUX_ATTRIBUTES,
    M.KEY_DATA,
    M.LAST_SUCCESS,
    M.LAST_FAILED,
    0x80000,
  ])('refuses bit %s', async bit => expect((await modify('alice', {}, bit)).code).toBe('KADM5_BAD_MASK'))
  it('does not touch the store for a policy that is null although the mask names it', async () => {
    expect((await modify('alice', {}, M.POLICY)).code).toBe('KADM5_BAD_MASK')
    expect((await get('alice')).policy).toBeUndefined()
  })
  it('resets the count of failures, and sets no other', async () => {
    expect((await modify('alice', { failAuthCount: 3 }, M.FAIL_AUTH_COUNT)).code).toBe('KADM5_BAD_SERVER_PARAMS')
    const unlock = { tlData: [{ type: 0x700, value: octets(1, 2, 3, 4) }], tlCount: 1 }
    expect((await modify('alice', unlock, M.FAIL_AUTH_COUNT | M.TL_DATA)).code).toBe('OK')
    expect((await get('alice')).tlData).toEqual([{ type: 0x700, value: octets(1, 2, 3, 4) }])
  })
  it("does not let callers write the database's own data, or arguments for a module that there is not", async () => {
    for (const type of [1, 2, 3, 8, 11, 12, 255, -5])
      expect((await modify('alice', { tlData: [{ type, value: octets(0) }] }, M.TL_DATA)).code).toBe('KADM5_BAD_TL_TYPE')
    const argument = { tlData: [{ type: 0x7fff, value: encodeText('dn=cn=x\0') }] }
    expect((await modify('alice', argument, M.TL_DATA)).code).toBe('EINVAL')
  })
  it('only notes who was here with mask 0', async () => {
    const before = await get('alice')
    desk.admin.clock.seconds += 10
    expect((await modify('alice', { maxLife: 1 }, 0)).code).toBe('OK')
    expect(await get('alice')).toEqual({ ...before, modDate: before.modDate + 10 })
  })
  it('renumbers all keys', async () => {
    await modify('alice', { kvno: 65_536 + 9 }, M.KVNO)
    expect((await get('alice')).keyData.map(({ kvno }) => kvno)).toEqual([9, 9])
  })
  it('keeps lockdown_keys where it is set', async () => {
    await modify('alice', { attributes: 0x800000 }, M.ATTRIBUTES)
    expect((await modify('alice', { attributes: 0 }, M.ATTRIBUTES)).code).toBe('KADM5_AUTH_MODIFY')
    expect((await modify('alice', { maxLife: 60 }, M.MAX_LIFE)).code).toBe('OK')
    expect(desk.log.at(-3)).toMatch(/^Unauthorized request: kadm5_modify_principal, alice@R, client=root/)
    expect(desk.log.at(-2)).toBe('Refused: its keys are locked down (+lockdown_keys)')
  })
})

describe('getting', () => {
  it('gives the fields of the mask and nothing else', async () => {
    await create('alice')
    expect(await get('alice', 0)).toEqual(EMPTY_PRINCIPAL_ENT)
    expect(await get('alice', M.MAX_LIFE)).toEqual({ ...EMPTY_PRINCIPAL_ENT, maxLife: 36_000 })
  })
  it('lists by pattern', async () => {
    await create('alice')
    await create('bob/x')
    const list = async (pattern: string | undefined) => root('getPrincipals', { pattern })
    expect((await list(undefined)).result.names).toEqual(['alice@R', 'bob/x@R'])
    expect((await list('b*')).result.names).toEqual(['bob/x@R'])
    expect((await list('q*')).result.names).toEqual([])
    expect((await list('[')).code).toBe('EINVAL')
    expect(desk.log.at(-1)).toMatch(/^Request: kadm5_get_principals, \[, Invalid argument, /)
  })
})

describe('keys', () => {
  beforeEach(() => create('alice'))
  const random = (keepOld: boolean, ask = root) => ask('chrandPrincipal3', { principal: name('alice'), keepOld, keySalts: [] })
  it('gives the new random keys away, and never the kept ones', async () => {
    const first = (await random(false)).result.keys
    const second = (await random(true)).result.keys
    expect([first.length, second.length]).toEqual([2, 2])
    const stored = (await root('getPrincipalKeys', { principal: name('alice'), kvno: 0 })).result.keys
    const text = (value: Secret) => value.use(all => Buffer.from(all).toString('hex'))
    expect(stored.map(({ kvno }) => kvno)).toEqual([3, 3, 2, 2])
    expect(stored.map(({ key }) => text(key.value))).toEqual([...second, ...first].map(({ value }) => text(value)))
  })
  it('makes locked down keys anew without giving them away, and nothing else with them', async () => {
    await root('modifyPrincipal', { entry: ent('alice', { attributes: 0x800000 }), mask: M.ATTRIBUTES })
    const principal = name('alice')
    expect((await random(false)).result.keys).toEqual([])
    expect((await root('chpassPrincipal', { principal, password: secret('x') })).code).toBe('KADM5_AUTH_CHANGEPW')
    expect((await root('getPrincipalKeys', { principal, kvno: 0 })).code).toBe('KADM5_AUTH_EXTRACT')
    expect((await root('deletePrincipal', { principal })).code).toBe('KADM5_AUTH_DELETE')
    expect((await root('renamePrincipal', { source: principal, target: name('x') })).code).toBe('KADM5_AUTH_DELETE')
    expect((await root('purgeKeys', { principal, keepKvno: -1 })).code).toBe('OK')
    expect((await get('alice')).kvno).toBe(2)
  })
  it('keeps at most five versions of keys that are one’s own', async () => {
    const alice = desk.as('alice')
    for (let i = 0; i < 6; i++) await random(true, alice)
    expect(new Set((await get('alice')).keyData.map(({ kvno }) => kvno))).toEqual(new Set([7, 6, 5, 4, 3]))
    for (let i = 0; i < 2; i++) await random(true)
    expect(new Set((await get('alice')).keyData.map(({ kvno }) => kvno)).size).toBe(7)
  })
  it('extracts one version or all, none for one that there is not', async () => {
    await random(true)
    const versions = async (kvno: number) =>
      (await root('getPrincipalKeys', { principal: name('alice'), kvno })).result.keys.map(key => key.kvno)
    expect(await versions(0)).toEqual([2, 2, 1, 1])
    expect(await versions(1)).toEqual([1, 1])
    expect(await versions(5)).toEqual([])
  })
  it('sets keys as they are, and refuses lists that do not go together', async () => {
    const principal = name('svc')
    await create('svc')
    const key = (etype: number) => ({ etype, value: new Secret(new Uint8Array(etype === 17 ? 16 : 32).fill(etype)) })
    const set3 = (pairs: { etype: number; saltType: number }[], etypes: number[]) =>
      root('setkeyPrincipal3', { principal, keepOld: true, keySalts: pairs, keys: etypes.map(key) })
    expect((await set3([{ etype: 17, saltType: 0 }], [18])).code).toBe('KADM5_SETKEY3_ETYPE_MISMATCH')
    expect((await set3([{ etype: 18, saltType: 0 }], [18, 17])).code).toBe('KADM5_SETKEY3_ETYPE_MISMATCH')
    expect((await set3([], [18, 18])).code).toBe('KADM5_SETKEY_DUP_ENCTYPES')
    expect((await set3([{ etype: 18, saltType: 4 }], [18])).code).toBe('OK')
    expect((await get('svc')).keyData).toMatchObject([{ kvno: 2, etype: 18, version: 2, saltType: 4 }, { kvno: 1 }, { kvno: 1 }])
    expect((await root('setkeyPrincipal', { principal, keys: [key(17)] })).code).toBe('OK')
    expect((await root('setkeyPrincipal4', { principal, keepOld: false, keys: [] })).code).toBe('EINVAL')
    const whole = { kvno: 9, key: key(18), saltType: 4, salt: octets(5, 6) }
    expect((await root('setkeyPrincipal4', { principal, keepOld: false, keys: [whole] })).code).toBe('OK')
    const [stored] = (await root('getPrincipalKeys', { principal, kvno: 0 })).result.keys
    expect(stored).toMatchObject({ kvno: 9, saltType: 4, salt: octets(5, 6) })
  })
  it('wants an initial ticket and the minimum life for one’s own, whatever the rights', async () => {
    await policy('p', { pwMinLife: 3600 }, P.PW_MIN_LIFE)
    await create('root/admin', { policy: 'p' }, M.POLICY)
    const principal = name('root/admin')
    const change = (ask: Ask) => ask('chpassPrincipal', { principal, password: secret('Other1') })
    expect((await change(desk.as('root/admin', { initial: false }))).code).toBe('KADM5_AUTH_INITIAL')
    expect((await change(root)).code).toBe('KADM5_PASS_TOOSOON')
    desk.admin.clock.seconds += 3600
    expect((await change(root)).code).toBe('OK')
    expect((await root('chpassPrincipal', { principal: name('alice'), password: undefined })).code).toBe('EINVAL')
  })
})

describe('rights', () => {
  beforeEach(async () => {
    await create('alice')
    await desk.admin.api.call(VERBS.addAlias, { alias: name('nick'), target: name('alice') })
  })
  it('to an alias are the rights to its target', async () => {
    const nick = desk.as('nick/own')
    expect((await nick('chpassPrincipal', { principal: name('nick'), password: secret('Other1') })).code).toBe('KADM5_AUTH_CHANGEPW')
    expect((await desk.as('alice/own')('chpassPrincipal', { principal: name('nick'), password: secret('Other1') })).code).toBe('OK')
    expect((await desk.as('alice')('getPrincipal', { principal: name('nick'), mask: M.PRINCIPAL })).result.entry.principal).toEqual(
      name('alice'),
    )
  })
  it('are told from absence only where MIT tells', async () => {
    const nobody = desk.as('nobody')
    const principal = name('absent')
    expect((await nobody('getPrincipal', { principal, mask: 0 })).code).toBe('KADM5_AUTH_GET')
    expect((await nobody('deletePrincipal', { principal })).code).toBe('KADM5_AUTH_DELETE')
    expect((await nobody('chpassPrincipal', { principal, password: secret('x') })).code).toBe('KADM5_UNK_PRINC')
    expect((await root('deletePrincipal', { principal })).code).toBe('KADM5_UNK_PRINC')
    expect((await root('renamePrincipal', { source: principal, target: name('b') })).code).toBe('KADM5_UNK_PRINC')
  })
  it('of those who came for a password end there', async () => {
    const came = desk.as('root/admin', { service: 'kadmin/changepw' })
    expect((await came('createPrincipal', { entry: ent('x'), mask: M.PRINCIPAL, password: undefined })).code).toBe('KADM5_AUTH_ADD')
    expect((await came('getPrincipals', { pattern: undefined })).code).toBe('KADM5_AUTH_LIST')
    expect((await came('getPolicy', { name: undefined })).code).toBe('KADM5_AUTH_GET')
    expect((await desk.as('alice', { service: 'kadmin/changepw' })('getPrincipal', { principal: name('alice'), mask: 0 })).code).toBe('OK')
  })
  it('are explained in the log by the line that decides', async () => {
    const why = async (who: string, ask: (as: Ask) => Promise<unknown>, service = 'kadmin/admin') => {
      await ask(desk.as(who, { service }))
      return desk.log.at(-1)
    }
    const remove = (as: Ask) => as('deletePrincipal', { principal: name('alice') })
    expect(await why('adder', remove)).toBe('Refused: /etc/krb5kdc/kadm5.acl:2 does not give d to adder@R on alice@R')
    expect(await why('nobody', remove)).toBe('Refused: no line of /etc/krb5kdc/kadm5.acl is for nobody@R on alice@R')
    expect(await why('bob/own', remove)).toBe('Refused: no line of /etc/krb5kdc/kadm5.acl is for bob/own@R on alice@R')
    expect(await why('adder', as => as('getPrincipals', { pattern: '*' }))).toBe(
      'Refused: /etc/krb5kdc/kadm5.acl:2 does not give l to adder@R',
    )
    expect(await why('root/admin', remove, 'kadmin/changepw')).toBe('Refused: a ticket for kadmin/changepw is good for a new password only')
  })
  it('say which rule a password broke that is not the policy’s', async () => {
    await root('createPrincipal', { entry: ent('empty'), mask: M.PRINCIPAL, password: secret('') })
    expect(desk.log.slice(-2)).toEqual([
      'password quality module empty rejected password for empty@R: Empty passwords are not allowed',
      expect.stringMatching(/^Request: kadm5_create_principal, empty@R, Empty passwords are not allowed, /),
    ])
  })
  it('are logged in one line, cut and harmless, whoever asks', async () => {
    const evil = `${'x'.repeat(200)}\n\u001b[31mOct 1 kadmind: Request: forged\u202e`
    await desk.as('nobody')('getPrincipals', { pattern: evil })
    await desk.as('nobody')('getPrincipals', { pattern: 'a\n\u001b\u202e' })
    await root('renamePrincipal', { source: name('alice'), target: name('al\nice') })
    const [long, , short, , rename] = desk.log.slice(-5)
    const from = 'client=nobody@R, service=kadmin/admin@R, addr=192.0.2.1'
    expect(long).toBe(`Unauthorized request: kadm5_get_principals, ${'x'.repeat(125)}..., ${from}`)
    expect(short).toBe(`Unauthorized request: kadm5_get_principals, a\\x0a\\x1b\\u202e, ${from}`)
    expect(rename).toMatch(/^Request: kadm5_rename_principal, alice@R to al\\nice@R, success, client=root\/admin@R/)
  })
  it('come by services whose name is exactly right', () => {
    const fine = ['kadmin/admin@R', 'kadmin/changepw@R', 'kadmin/host.example@R']
    const others = [
      'kadmin/history@R',
      'kadmin@R',
      'kadmin/admin/x@R',
      'ka/admin@R',
      'kadmin2/admin@R',
      'Kadmin/admin@R',
      'kadmin/admin@S',
      'host/foo@R',
    ]
    expect([...fine, ...others].filter(one => isAdminService(name(one), 'R'))).toEqual(fine)
  })
})

describe('policies', () => {
  it.each([
    ['EINVAL', undefined, {}, P.POLICY],
    ['KADM5_BAD_POLICY', '', {}, P.POLICY],
    ['KADM5_BAD_POLICY', 'ü', {}, P.POLICY],
    ['KADM5_BAD_MASK', 'p', {}, 0],
    ['KADM5_BAD_MASK', 'p', {}, P.POLICY | 0x10000000],
    ['KADM5_BAD_LENGTH', 'p', { pwMinLength: 0 }, P.POLICY | P.PW_MIN_LENGTH],
    ['KADM5_BAD_CLASS', 'p', { pwMinClasses: 6 }, P.POLICY | P.PW_MIN_CLASSES],
    ['KADM5_BAD_HISTORY', 'p', { pwHistoryNum: 0 }, P.POLICY | P.PW_HISTORY_NUM],
    ['KADM5_BAD_MIN_PASS_LIFE', 'p', { pwMinLife: 9, pwMaxLife: 8 }, P.POLICY | P.PW_MIN_LIFE | P.PW_MAX_LIFE],
    ['KADM5_BAD_KEYSALTS', 'p', { allowedKeysalts: 'a\tb' }, P.POLICY | P.POLICY_ALLOWED_KEYSALTS],
    ['KADM5_BAD_TL_TYPE', 'p', { tlData: [{ type: 1, value: octets(1) }] }, P.POLICY | P.POLICY_TL_DATA],
    ['OK', 'p', {}, P.POLICY | P.REF_COUNT],
  ])('creating answers %s', async (code, policyName, more, mask) => {
    const answer = await root('createPolicy', { entry: { ...EMPTY_POLICY_ENT, policy: policyName, ...more }, mask })
    expect(answer.code).toBe(code)
  })
  it('hold all fields of version 4, of which older callers see and set their own', async () => {
    const all = {
      ...{ pwMinLife: 1, pwMaxLife: 100, pwMinLength: 6, pwMinClasses: 2, pwHistoryNum: 3 },
      ...{ pwMaxFail: 4, pwFailcntInterval: 5, pwLockoutDuration: 6 },
      ...{ attributes: 7, maxLife: 8, maxRenewableLife: 9, allowedKeysalts: 'aes256-cts:normal' },
      ...{ tlCount: 1, tlData: [{ type: 300, value: octets(1) }] },
    }
    expect((await policy('p', all, 0xfffc000)).code).toBe('OK')
    expect((await root('getPolicy', { name: 'p' })).result.entry).toEqual({ ...EMPTY_POLICY_ENT, policy: 'p', ...all })
    const old = desk.as('root/admin', { version: 0x12345702 })
    const seen = (await old('getPolicy', { name: 'p' })).result.entry
    expect([seen.pwMinLength, seen.pwMaxFail, seen.maxLife]).toEqual([6, 0, 0])
    await old('modifyPolicy', { entry: { ...EMPTY_POLICY_ENT, policy: 'p', pwMinLength: 7 }, mask: P.PW_MIN_LENGTH | P.PW_MAX_FAILURE })
    expect((await root('getPolicy', { name: 'p' })).result.entry).toMatchObject({ pwMinLength: 7, pwMaxFail: 4 })
  })
  it('are modified without their bit, deleted in use, and missed by name', async () => {
    await policy('p')
    await create('alice', { policy: 'p' }, M.POLICY)
    const modify = (mask: number, policyName = 'p') => root('modifyPolicy', { entry: { ...EMPTY_POLICY_ENT, policy: policyName }, mask })
    expect((await modify(P.POLICY)).code).toBe('KADM5_BAD_MASK')
    expect((await modify(0)).code).toBe('OK')
    expect((await modify(0, 'q')).code).toBe('KADM5_UNK_POLICY')
    expect((await desk.as('alice')('getPolicy', { name: 'p' })).code).toBe('OK')
    expect((await desk.as('alice')('getPolicy', { name: 'q' })).code).toBe('KADM5_AUTH_GET')
    expect((await root('deletePolicy', { name: 'p' })).code).toBe('OK')
    expect((await root('deletePolicy', { name: 'p' })).code).toBe('KADM5_UNK_POLICY')
    expect((await root('deletePolicy', { name: undefined })).code).toBe('EINVAL')
    expect((await get('alice')).policy).toBe('p')
    expect((await root('getPolicies', { pattern: undefined })).result.names).toEqual([])
  })
})

describe('strings and aliases', () => {
  beforeEach(() => create('alice'))
  it('come and go', async () => {
    const principal = name('alice')
    const set = (key: string | undefined, value: string | undefined) => root('setString', { principal, key, value })
    expect((await set(undefined, 'x')).code).toBe('EINVAL')
    await set('a', 'b')
    await set('e', '')
    await set('gone', undefined)
    expect((await root('getStrings', { principal })).result.strings).toEqual([
      { key: 'a', value: 'b' },
      { key: 'e', value: '' },
    ])
    await set('a', undefined)
    expect((await root('getStrings', { principal })).result.strings).toEqual([{ key: 'e', value: '' }])
  })
  it('are made in the realm of their target', async () => {
    const alias = (target: string) => root('createAlias', { alias: name('nick'), target: name(target) })
    expect((await alias('alice@OTHER')).code).toBe('KADM5_ALIAS_REALM')
    expect((await alias('alice')).code).toBe('OK')
    expect((await alias('alice')).code).toBe('KADM5_DUP')
    expect((await root('createAlias', { alias: name('x'), target: undefined })).code).toBe('EINVAL')
  })
})

describe('restrictions', () => {
  it('shape what is made and changed under their line', async () => {
    const strict = await kadm5Desk(['boss *', 'clerk am *@R +requires_preauth -maxlife 2h -policy strict'])
    const [boss, clerk] = [strict.as('boss'), strict.as('clerk')]
    const entry = { ...EMPTY_POLICY_ENT, policy: 'strict', pwMinLength: 8 }
    await boss('createPolicy', { entry, mask: P.POLICY | P.PW_MIN_LENGTH })
    const make = (password: string, more = {}, mask = 0) =>
      clerk('createPrincipal', { entry: ent('alice', more), mask: mask | M.PRINCIPAL, password: secret(password) })
    expect((await make('short')).code).toBe('KADM5_PASS_Q_TOOSHORT')
    expect((await make('long enough', {}, M.POLICY_CLR)).code).toBe('KADM5_BAD_MASK')
    expect((await make('long enough', { maxLife: 0, attributes: 0x1000 }, M.MAX_LIFE)).code).toBe('OK')
    const record = async () => (await boss('getPrincipal', { principal: name('alice'), mask: M.NORMAL })).result.entry
    expect(await record()).toMatchObject({ maxLife: 7200, attributes: 0x1080, policy: 'strict' })
    expect(
      (await clerk('modifyPrincipal', { entry: ent('alice', { maxLife: 60, policy: 'other' }), mask: M.MAX_LIFE | M.POLICY })).code,
    ).toBe('OK')
    expect(await record()).toMatchObject({ maxLife: 60, attributes: 0x1080, policy: 'strict' })
    expect((await clerk('renamePrincipal', { source: name('alice'), target: name('bob') })).code).toBe('KADM5_AUTH_INSUFFICIENT')
  })
})
