import { describe, expect, it } from 'vitest'
import { encodeText } from '../../../src/core/bytes/text.ts'
import { keyFromPassword } from '../../../src/core/crypto/string-to-key.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import type { KeytabEntry } from '../../../src/core/keytab/keytab.ts'
import { versionsOf } from '../../../src/core/keytab/prune.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import type { Attempt } from '../../../src/kdc-client/keytab-check/attempt.ts'
import { explainWithPassword } from '../../../src/kdc-client/keytab-check/salt-guess.ts'
import { isBad, judge } from '../../../src/kdc-client/keytab-check/verdict.ts'

const principal = parsePrincipal('svc@R.TEST')
const entry = (kvno: number, etype = 18): KeytabEntry => ({
  principal,
  kvno,
  timestamp: kvno,
  key: { etype, value: new Secret(Buffer.from('k')) },
})
const accepted: Attempt = { result: 'accepted' }
const refusal = (result: Attempt['result'], more: Partial<Attempt> = {}): Attempt => ({
  result,
  error: new KrbError('KRB5KDC_ERR_CLIENT_REVOKED'),
  ...more,
})

/** Entries with what came of trying them, and the verdicts in the same order. */
function verdicts(tried: readonly (readonly [KeytabEntry, Attempt?])[], kdcKvno?: number, opens?: KeytabEntry) {
  const entries = tried.map(([each]) => each)
  const attempts = new Map(tried.flatMap(([each, attempt]) => (attempt === undefined ? [] : [[each, attempt] as const])))
  const ticket = opens === undefined ? undefined : { etype: 18, kvno: kdcKvno, opensWith: (each: KeytabEntry) => each === opens }
  const findings = judge({ versions: versionsOf(principal, entries), attempts, ticket, kdcKvno })
  return entries.map(each => findings.find(finding => finding.entry === each)!)
}

const names = (findings: ReturnType<typeof verdicts>) => findings.map(({ verdict }) => verdict)

describe('the verdict on a keytab entry', () => {
  it('is valid for a key that logs in or opens a ticket, under the number that the KDC has', () => {
    const one = entry(3)
    expect(names(verdicts([[one, accepted]]))).toEqual(['valid'])
    expect(names(verdicts([[one, accepted]], 3))).toEqual(['valid'])
    expect(names(verdicts([[one, refusal('refused')]], 3, one))).toEqual(['valid'])
    expect(names(verdicts([[entry(0x2c), accepted]], 300))).toEqual(['valid'])
    expect(names(verdicts([[one, accepted]], 4))).toEqual(['misnumbered'])
  })

  it('forgives old versions beside the one in use', () => {
    const findings = verdicts([[entry(1)], [entry(2)], [entry(3), accepted]], 3)
    expect(names(findings)).toEqual(['superseded', 'superseded', 'valid'])
    expect(findings.some(isBad)).toBe(false)
    expect(findings[0]!.why).toBe('version 3 is in use')
  })

  it('compares versions when the key is wrong', () => {
    expect(names(verdicts([[entry(2), refusal('wrong-key')], [entry(1)]], 5))).toEqual(['behind', 'behind'])
    expect(names(verdicts([[entry(7), refusal('wrong-key')]], 5))).toEqual(['ahead'])
    expect(names(verdicts([[entry(5), refusal('wrong-key')], [entry(5, 17)]], 5))).toEqual(['wrong-key', 'untold'])
  })

  it('sees a wrong salt where the RC4 key of the same version is right', () => {
    const [aes, rc4] = verdicts([
      [entry(2), refusal('wrong-key', { salt: encodeText('R.TESTother') })],
      [entry(2, 23), accepted],
    ])
    expect([aes!.verdict, rc4!.verdict]).toEqual(['wrong-key', 'valid'])
    expect(aes!.why).toContain('another salt than "R.TESTother"')
  })

  it('goes by tickets where nobody can log in', () => {
    const right = entry(2)
    const unknown = refusal('unknown-principal')
    const findings = verdicts([[right, unknown], [entry(2, 17)], [entry(1)]], 2, right)
    expect(names(findings)).toEqual(['valid', 'untried', 'superseded'])
    expect(findings.some(isBad)).toBe(false)
    const other = entry(9)
    expect(names(verdicts([[entry(2), unknown]], 2, other))).toEqual(['wrong-key'])
    expect(names(verdicts([[entry(2, 17), unknown]], 2, other))).toEqual(['untold'])
    expect(names(verdicts([[entry(1), unknown]], 2, other))).toEqual(['behind'])
  })

  it('says what the KDC says', () => {
    expect(names(verdicts([[entry(2), refusal('unknown-principal')], [entry(1)]]))).toEqual(['unknown-principal', 'unknown-principal'])
    expect(verdicts([[entry(2), refusal('no-answer')], [entry(1)]]).map(({ why }) => why)).toEqual([
      "Client's credentials have been revoked",
      "Client's credentials have been revoked",
    ])
    expect(names(verdicts([[entry(2), refusal('no-such-enctype')]]))).toEqual(['no-such-enctype'])
    expect(names(verdicts([[entry(2), refusal('refused')]]))).toEqual(['untold'])
  })
})

describe('a wrong key and a password', () => {
  const explain = async (name: string, madeWith: string, kdcSalt: string, word = 'pw') => {
    const key = await keyFromPassword(18, new Secret(encodeText('pw')), encodeText(madeWith))
    const found = { entry: { principal: parsePrincipal(name), kvno: 1, timestamp: 0, key }, verdict: 'wrong-key' as const, why: '' }
    return explainWithPassword({ ...found, salt: encodeText(kdcSalt) }, new Secret(encodeText(word)))
  }

  it.each([
    ['HTTP/Web.a.test@A.TEST', 'A.TESTHTTPWeb.a.test', 'A.TESTsvc-web'],
    ['HTTP/Web.a.test@A.TEST', 'A.TESTHTTPweb.a.test', 'A.TESTsvc-web'],
    ['user@a.test', 'A.TESTuser', 'a.testuser'],
    ['WEB$@A.TEST', 'A.TESThostweb.a.test', 'A.TESTWEB$'],
    ['host/web.a.test@A.TEST', 'A.TESThostweb.a.test', 'other'],
  ])('finds the salt of %s', async (name, salt, kdcSalt) => {
    expect(await explain(name, salt, kdcSalt)).toBe(
      `the key of this password, made with the salt "${salt}" instead of the KDC's "${kdcSalt}"`,
    )
  })

  it('knows a password that the KDC has not, and one that the entry is not made of', async () => {
    expect(await explain('a@R', 'Ra', 'Ra')).toContain('the KDC has another password')
    expect(await explain('a@R', 'Ra', 'Rb', 'other')).toBe('not a key of this password')
  })
})
