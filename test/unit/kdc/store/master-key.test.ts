import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { randomKey } from '../../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../../src/core/crypto/etype.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import type { PrincipalEntry } from '../../../../src/kdc/store/entry.ts'
import { MasterKey, masterKeyFromPassword, masterKeysOf, masterPrincipal } from '../../../../src/kdc/store/master-key.ts'
import { activationContents, masterKeyAuxContents, masterKvnoContents, TlType } from '../../../../src/kdc/store/tl-data.ts'

const hex = (key: Key) => key.value.use(octets => Buffer.from(octets).toString('hex'))

describe('master keys', () => {
  it('seals 32 octets to 62 and opens them again', () => {
    const master = new MasterKey(1, randomKey(18, randomBytes))
    const key = randomKey(20, randomBytes)
    const sealed = master.sealKey(key, randomBytes)
    expect(sealed.length).toBe(62)
    expect([sealed[0], sealed[1]]).toEqual([32, 0])
    expect(hex(master.openKey({ etype: 20, sealed }))).toBe(hex(key))
    sealed[20]! ^= 1
    expect(() => master.openKey({ etype: 20, sealed })).toThrow('Decrypt integrity check failed')
  })

  it('is the password of K/M with the default salt', async () => {
    const name = masterPrincipal('R.TEST')
    expect(name.components).toEqual(['K', 'M'])
    const a = await masterKeyFromPassword(18, new Secret(Buffer.from('secret')), name)
    const b = await masterKeyFromPassword(18, new Secret(Buffer.from('secret')), masterPrincipal('S.TEST'))
    expect(hex(a)).not.toBe(hex(b))
  })

  it('opens every version with the newest, or with an old one through the copies of type 10', () => {
    const [one, two] = [randomKey(18, randomBytes), randomKey(17, randomBytes)]
    const newest = new MasterKey(2, two)
    const entry = {
      principal: masterPrincipal('R'),
      tlData: [
        {
          type: TlType.ACTKVNO,
          contents: activationContents([
            { kvno: 1, from: 0 },
            { kvno: 2, from: 1000 },
          ]),
        },
        {
          type: TlType.MKEY_AUX,
          contents: masterKeyAuxContents([
            { kvno: 1, newestKvno: 2, newestEtype: 17, sealed: new MasterKey(1, one).sealKey(two, randomBytes) },
          ]),
        },
      ],
      keyData: [
        { version: 1, kvno: 2, etype: 17, sealed: newest.sealKey(two, randomBytes), saltType: 0, salt: new Uint8Array(0) },
        { version: 1, kvno: 1, etype: 18, sealed: newest.sealKey(one, randomBytes), saltType: 0, salt: new Uint8Array(0) },
      ],
    } as unknown as PrincipalEntry
    for (const known of [
      { kvno: 2, key: two },
      { kvno: 1, key: one },
    ]) {
      const keys = masterKeysOf(entry, [known])
      expect(keys.all.map(({ kvno, key }) => [kvno, hex(key)])).toEqual([
        [2, hex(two)],
        [1, hex(one)],
      ])
      expect([keys.active(999).kvno, keys.active(1000).kvno]).toEqual([1, 2])
      const user = randomKey(18, randomBytes)
      const data = { etype: 18, sealed: keys.version(2).sealKey(user, randomBytes) }
      expect(hex(keys.openKey({ tlData: [{ type: TlType.MKVNO, contents: masterKvnoContents(2) }] }, data))).toBe(hex(user))
      expect(() => keys.openKey({ tlData: [] }, data)).toThrow()
    }
    expect(() => masterKeysOf(entry, [{ kvno: 1, key: randomKey(18, randomBytes) }])).toThrow('Master key does not match database')
  })
})
