import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'
import { compileGlob } from '../../../../src/core/bytes/glob.ts'
import { kadmDataContents, NO_KADM_DATA, readKadmData } from '../../../../src/kdc/store/kadm-data.ts'
import {
  activationContents,
  masterKeyAuxContents,
  modificationContents,
  readActivations,
  readMasterKeyAux,
  readMasterKvno,
  readModification,
  readStrings,
  readTime,
  stringsContents,
  TlType,
  timeContents,
  withTlData,
} from '../../../../src/kdc/store/tl-data.ts'

const item = (type: number, contents: Uint8Array) => [{ type, contents }]

describe('tl-data', () => {
  it('reads MIT numbers as little-endian', () => {
    expect(readTime(item(TlType.LAST_PWD_CHANGE, Uint8Array.of(0x52, 0x6e, 0x02, 0x6b)), TlType.LAST_PWD_CHANGE)).toBe(0x6b026e52)
    expect(readTime([], TlType.LAST_PWD_CHANGE)).toBe(0)
    expect(toHex(timeContents(0xffffffff))).toBe('ffffffff')
    expect(readMasterKvno([])).toBe(1)
    expect(readMasterKvno(item(TlType.MKVNO, Uint8Array.of(2, 1)))).toBe(258)
  })
  it('keeps the modifier with its NUL', () => {
    const contents = modificationContents({ at: 258, by: 'root/admin@R' })
    expect(toHex(contents)).toBe(`02010000${Buffer.from('root/admin@R\0').toString('hex')}`)
    expect(readModification(item(TlType.MOD_PRINC, contents))).toEqual({ at: 258, by: 'root/admin@R' })
  })
  it('keeps activations and sealed master keys', () => {
    const activations = [
      { kvno: 1, from: 0 },
      { kvno: 2, from: 0x6b000000 },
    ]
    expect(toHex(activationContents(activations))).toBe('01000100000000000200' + '0000006b')
    expect(readActivations(item(TlType.ACTKVNO, activationContents(activations)))).toEqual(activations)
    const aux = [{ kvno: 1, newestKvno: 2, newestEtype: 18, sealed: Uint8Array.of(9, 8, 7) }]
    expect(readMasterKeyAux(item(TlType.MKEY_AUX, masterKeyAuxContents(aux)))).toEqual(aux)
    expect(() => readMasterKeyAux(item(TlType.MKEY_AUX, masterKeyAuxContents(aux).subarray(0, -1)))).toThrow('incomplete or corrupted')
    expect(() => readActivations(item(TlType.ACTKVNO, Uint8Array.of(2, 0)))).toThrow('Unsupported version')
  })
  it('keeps strings, and drops an unfinished piece as MIT does', () => {
    const strings = new Map([
      ['session_enctypes', 'aes256-cts'],
      ['empty', ''],
    ])
    expect(readStrings(item(TlType.STRING_ATTRS, stringsContents(strings)!))).toEqual(strings)
    expect(readStrings(item(TlType.STRING_ATTRS, Buffer.from('a\0b\0c')))).toEqual(new Map([['a', 'b']]))
    expect(stringsContents(new Map())).toBeUndefined()
  })
  it('puts a new item in front, an old one where it was', () => {
    const list = [...item(8, Uint8Array.of(1)), ...item(1, Uint8Array.of(2))]
    expect(withTlData(list, 3, Uint8Array.of(0)).map(({ type }) => type)).toEqual([3, 8, 1])
    expect(withTlData(list, 1, Uint8Array.of(5))).toEqual([...item(8, Uint8Array.of(1)), ...item(1, Uint8Array.of(5))])
    expect(withTlData(list, 8, undefined).map(({ type }) => type)).toEqual([1])
  })
})

describe('kadmin data (tl-data 3)', () => {
  it('is the 24 octets that MIT writes for a principal without a policy', () => {
    expect(toHex(kadmDataContents(NO_KADM_DATA))).toBe('12345c010000000000000000000000000000000200000000')
  })
  it('goes round with a policy and old keys', () => {
    const key = { version: 2 as const, kvno: 3, etype: 18, sealed: fromHex('0a0b0c')!, saltType: 4, salt: fromHex('4f4d4540')! }
    const data = { policy: 'users', auxAttributes: 0x800, oldKeyNext: 1, historyKvno: 2, oldKeys: [[key], []] }
    expect(readKadmData(item(TlType.KADM_DATA, kadmDataContents(data)))).toEqual(data)
  })
  it('refuses counts that cannot be', () => {
    const octets = fromHex('12345c0100000000000000000000000000000002ffffffff')!
    expect(() => readKadmData(item(TlType.KADM_DATA, octets))).toThrow('incomplete or corrupted')
  })
})

describe('globs', () => {
  it.each([
    ['*', 'anything@R', true],
    ['host/*@R', 'host/a.b@R', true],
    ['host/*@R', 'host/a.b@S', false],
    ['u?00[0-2]*', 'u1001@R', true],
    ['u?00[^0-2]*', 'u1001@R', true],
    ['u?00[^2-9]*', 'u1001@R', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['[]x]', ']', true],
    ['a[b', 'a[b', true],
    ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(5000), false],
  ])('%s on %s', (pattern, name, matches) => {
    expect(compileGlob(pattern).matches(name)).toBe(matches)
  })
  it('knows what every match begins with', () => {
    expect(compileGlob('u0\\*0*')).toMatchObject({ prefix: 'u0*0', literal: false })
    expect(compileGlob('alice@R')).toMatchObject({ prefix: 'alice@R', literal: true })
  })
})
