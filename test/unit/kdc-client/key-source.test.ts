import { describe, expect, test } from 'vitest'
import { encodeText } from '../../../src/core/bytes/text.ts'
import { randomKey } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import type { Keytab, KeytabEntry } from '../../../src/core/keytab/keytab.ts'
import { type Principal, parsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { askedPassword, givenPassword, keytabKeys } from '../../../src/kdc-client/key-source.ts'
import { AES128, AES256, ALICE, random } from './fake-kdc.ts'

const terms = (salt?: string) => ({ etype: AES128, salt: salt === undefined ? undefined : encodeText(salt), s2kparams: undefined })
const octets = (key: Key) => key.value.use(k => [...k])

const SILENT = { trace: () => {} }

describe('a password', () => {
  test('is asked for once, when it is needed', async () => {
    const asked: Principal[] = []
    const source = askedPassword(async client => {
      asked.push(client)
      return new Secret(encodeText('pw'))
    })
    expect(await source.etypes(ALICE)).toBeUndefined()
    expect(asked).toEqual([])
    const first = await source.key(ALICE, terms())
    const other = octets(await source.key(ALICE, terms('pepper')))
    expect(asked).toEqual([ALICE])
    expect(other).not.toEqual(first)
  })

  test("the principal's own salt is the default, and the same terms give the same key", async () => {
    const source = givenPassword(new Secret(encodeText('pw')))
    const key = await source.key(ALICE, terms())
    expect(await source.key(ALICE, terms('Ralice'))).toBe(key)
  })

  test('and key are wiped', async () => {
    const password = new Secret(encodeText('pw'))
    const source = givenPassword(password)
    const key = await source.key(ALICE, terms())
    source.wipe()
    expect(() => password.use(() => 0)).toThrow('wiped')
    expect(() => key.value.use(() => 0)).toThrow('wiped')
  })
})

describe('a keytab', () => {
  const entry = (kvno: number, etype: number, principal = ALICE): KeytabEntry => ({
    principal,
    kvno,
    timestamp: 0,
    key: randomKey(etype, random),
  })
  const keytab = (...entries: KeytabEntry[]): Keytab => ({
    name: 'MEMORY:t',
    entries: async () => entries,
    find: async (_principal, kvno, etype) => {
      const found = entries.filter(e => e.key.etype === etype && (kvno === 0 || e.kvno === kvno)).sort((a, b) => b.kvno - a.kvno)[0]
      if (found === undefined) throw new KrbError(kvno === 0 ? 'KRB5_KT_NOTFOUND' : 'KRB5_KT_KVNONOTFOUND')
      return found
    },
    add: async () => {},
    remove: async () => 0,
  })

  test('offers the enctypes of the newest version', async () => {
    const eve = parsePrincipal('eve@R')
    const source = keytabKeys(keytab(entry(1, AES256), entry(2, AES128), entry(1, AES256), entry(3, AES256, eve)), SILENT)
    expect(await source.etypes(ALICE)).toEqual([AES128])
  })

  test('without a key for the client says so as MIT does', async () => {
    const source = keytabKeys(keytab(entry(1, AES256, parsePrincipal('eve@R'))), SILENT)
    await expect(source.etypes(ALICE)).rejects.toThrow('Keytab contains no suitable keys for alice@R')
  })

  test('gives the version that the reply names, else the newest', async () => {
    const [old, fresh] = [entry(1, AES256), entry(2, AES256)]
    const source = keytabKeys(keytab(old, fresh), SILENT)
    const wanted = { etype: AES256, salt: undefined, s2kparams: undefined }
    expect(octets(await source.key(ALICE, { ...wanted, kvno: 1 }))).toEqual(octets(old.key))
    expect(octets(await source.key(ALICE, wanted))).toEqual(octets(fresh.key))
    expect(octets(await source.key(ALICE, { ...wanted, kvno: 9 }))).toEqual(octets(fresh.key))
    await expect(source.key(ALICE, { ...wanted, etype: AES128 })).rejects.toMatchObject({ code: 'KRB5_KT_NOTFOUND' })
  })

  test("keeps its own keys when the source's are wiped", async () => {
    const only = entry(1, AES256)
    const source = keytabKeys(keytab(only), SILENT)
    await source.key(ALICE, { etype: AES256, salt: undefined, s2kparams: undefined })
    source.wipe()
    expect(octets(only.key)).toHaveLength(32)
  })
})
