import { describe, expect, it } from 'vitest'
import type { Fault, TrustReport } from '../../../../src/admin/client/trust/report.ts'
import { trustEtypes } from '../../../../src/commands/trust/etypes.ts'
import { explainFault, isProved, reportText } from '../../../../src/commands/trust/explain.ts'
import { capathsText, trustPicture, trustRows } from '../../../../src/commands/trust/overview.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { tgtPrincipal } from '../../../../src/core/principal/principal.ts'

const ends = { ours: 'A', theirs: 'B' }
const out = { direction: 'out', principal: tgtPrincipal('B', 'A') } as const
const into = { direction: 'in', principal: tgtPrincipal('A', 'B') } as const
const half = { kvno: 1, etypes: [18], changed: 0, allowed: true }

describe('every fault names the half, the side and one next command', () => {
  it.each<[Fault, string, string, string]>([
    [
      { fault: 'our-half-missing', ...out },
      'A',
      'our half is missing: the database of A has no krbtgt/B@A',
      'trust add B --one-way out --instructions FILE',
    ],
    [
      { fault: 'our-half-missing', theirs: 3, ...into },
      'A',
      'our half is missing: the database of A has no krbtgt/A@B, though the KDC of B gives tickets for it',
      'trust add B --one-way in --ask --kvno 3',
    ],
    [
      { fault: 'their-half-missing', ...out },
      'B',
      'their half is missing: the KDC of B knows no krbtgt/B@A',
      'trust add B --replace --one-way out --instructions FILE',
    ],
    [
      { fault: 'keys-differ', ...into },
      'B',
      'the keys differ: A and B hold other keys for krbtgt/A@B',
      'trust add B --replace --one-way in --instructions FILE',
    ],
    [
      { fault: 'kvno-differs', ours: 1, theirs: 4, ...out },
      'A',
      'the versions (kvno) differ: the keys of krbtgt/B@A are the same, but they are 1 in A, 4 in B',
      'modprinc -kvno 4 krbtgt/B@A',
    ],
    [
      { fault: 'etypes-differ', issuer: 'A', etype: 18, ...out },
      'B',
      'the encryption types differ: A seals with aes256-cts-hmac-sha1-96, for which krbtgt/B@A has no key in B',
      'trust add B --replace --one-way out --etypes LIST --instructions FILE',
    ],
    [
      { fault: 'our-half-forbidden', ...out },
      'A',
      'our half is switched off: krbtgt/B@A has -allow_tix or -allow_svr',
      'modprinc +allow_tix +allow_svr krbtgt/B@A',
    ],
    [
      { fault: 'refused', by: 'B', error: new KrbError('KRB5KDC_ERR_TGT_REVOKED'), ...out },
      'B',
      'the KDC of B refuses krbtgt/B@A: TGT has been revoked',
      'trust verify B --credentials CACHE, with tickets of a user of A: Active Directory wants a PAC',
    ],
    [
      { fault: 'unreachable', realm: 'B', error: new KrbError('KRB5_REALM_UNKNOWN', {}, { text: 'no KDC' }) },
      'B',
      'no KDC of B can be reached: no KDC',
      '[realms] B = { kdc = HOST } in krb5.conf, and a running KDC there',
    ],
    [
      { fault: 'clock-skew', realm: 'B', ahead: -400 },
      'B',
      'the clock of the KDC of B is 6 min 40 s behind ours',
      'set the clock there or here: chronyc tracking',
    ],
  ])('%o', (fault, side, text, next) => {
    expect(explainFault(fault, ends)).toMatchObject({ side, text, next })
  })
})

describe('a report', () => {
  const report = (
    states: readonly ['proved' | 'faulty' | 'unproved' | 'absent', 'proved' | 'faulty' | 'unproved' | 'absent'],
    faults: Fault[] = [],
  ): TrustReport => ({
    ...ends,
    ways: [
      { ...out, half: undefined, state: states[0] },
      { ...into, half: undefined, state: states[1] },
    ],
    faults,
  })

  it('is a proof when every direction that should be there works', () => {
    expect(isProved(report(['proved', 'proved']))).toBe(true)
    expect(isProved(report(['absent', 'proved']))).toBe(true)
    expect(isProved(report(['absent', 'absent']))).toBe(false)
    expect(isProved(report(['proved', 'unproved']))).toBe(false)
    expect(isProved(report(['proved', 'proved'], [{ fault: 'clock-skew', realm: 'B', ahead: 900 }]))).toBe(false)
  })

  it('says how to prove what could not be', () => {
    expect(reportText(report(['proved', 'unproved']))).toContain('tkinit -c CACHE USER@B, then trust verify B --credentials CACHE')
  })
})

describe('--etypes', () => {
  it('has AES by default, takes names in order, each once, and refuses weak and unknown ones', () => {
    expect(trustEtypes(undefined)).toEqual([18, 17])
    expect(trustEtypes('aes128-sha2, aes256-cts aes128-sha2')).toEqual([19, 18])
    for (const text of ['', 'des3-cbc-raw', 'rot13', 'arcfour-hmac-exp']) expect(() => trustEtypes(text), text).toThrow(KrbError)
  })
})

describe('pictures and snippets', () => {
  const trusts = [
    { realm: 'B"];x', in: { ...half, ...into }, out: undefined },
    { realm: 'C', in: undefined, out: { ...half, ...out, allowed: false } },
  ]

  it('draws arrows from users to services, and no name leaves its quotes', () => {
    expect(trustPicture('A', trusts)).toBe(
      'graph LR\n  r0["A"]\n  r1["B#34;#93;#59;x"]\n  r2["C"]\n  r1 -->|kvno 1| r0\n  r0 -->|kvno 1| r2\n',
    )
  })

  it('has a row for each direction', () => {
    expect(trustRows(trusts).map(cells => cells.slice(1, 4))).toEqual([
      ['in', 'krbtgt/A@B', '1'],
      ['out, switched off', 'krbtgt/B@A', '1'],
    ])
  })

  it('writes [capaths] in the order of the way', () => {
    expect(capathsText(['A', 'M', 'N', 'B'])).toBe('[capaths]\n    A = {\n        B = M\n        B = N\n    }\n')
    expect(capathsText(['A', 'B'])).toBe('[capaths]\n    A = {\n        B = .\n    }\n')
  })
})
