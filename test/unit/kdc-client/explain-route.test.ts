import { describe, expect, test } from 'vitest'
import { clientConfig } from '../../../src/core/config/krb5-conf.ts'
import { loadProfile } from '../../../src/core/config/profile.ts'
import { type ErrorCode, type ErrorParams, KrbError } from '../../../src/core/errors/krb-error.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { routeHints } from '../../../src/kdc-client/tgs/explain-route.ts'
import type { Leg } from '../../../src/kdc-client/tgs/route.ts'
import { memoryFiles } from '../../helpers/memory-files.ts'
import { ticketGrantingTicket } from './fake-kdc.ts'

const CAPATHS = '[capaths]\n A = {\n  C = B\n  D = .\n }\n'

function got(name: string, from: 'cache' | 'kdc' = 'kdc', asked = name): Leg {
  const server = parsePrincipal(name)
  return { from, realm: server.realm, wanted: parsePrincipal(asked), credential: ticketGrantingTicket({ server }) }
}

function refused(code: ErrorCode, wanted: string, using: string, params: ErrorParams = {}): Leg & { readonly error: KrbError } {
  const shown = parsePrincipal(using)
  return { from: 'kdc', realm: shown.components[1]!, wanted: parsePrincipal(wanted), using: shown, error: new KrbError(code, params) }
}

async function hints(legs: readonly Leg[], config = '', to = 'C'): Promise<readonly string[]> {
  const last = legs.at(-1)!
  const error = 'error' in last ? last.error : new KrbError('KRB5_KDC_UNREACH')
  return routeHints(
    error,
    { from: 'A', to, legs },
    clientConfig(await loadProfile(['/etc/krb5.conf'], memoryFiles({ '/etc/krb5.conf': config }))),
  )
}

describe('the way from realm to realm, and where it ends', () => {
  const HOME = got('krbtgt/A@A', 'cache')

  test('nothing is said of a service at home', async () => {
    expect(await hints([HOME, refused('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'host/x@A', 'krbtgt/A@A')])).toEqual([])
  })

  test('a krbtgt entry is missing in the realm that was asked for it', async () => {
    const legs = [HOME, got('krbtgt/B@A'), refused('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'krbtgt/C@B', 'krbtgt/B@A')]
    expect(await hints(legs, CAPATHS)).toEqual([
      'ok krbtgt/A@A in the cache',
      'ok krbtgt/B@A from the KDC of A',
      'no krbtgt/C@B from the KDC of B: Server not found in Kerberos database',
      'krbtgt/C@B is missing in the database of realm B, and its KDC knows no other way to C',
      'a trust is one principal with the same key in both realms: addprinc krbtgt/C@B in B and in C',
      '[capaths] leads from A to C by way of B (/etc/krb5.conf:3)',
    ])
  })

  test('without a word in [capaths] the KDCs and the hierarchy decide; a direct trust is one too', async () => {
    const missing = (to: string) => [HOME, refused('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', `krbtgt/${to}@A`, 'krbtgt/A@A')]
    expect((await hints(missing('B'), CAPATHS, 'B')).at(-1)).toBe(
      '[capaths] of krb5.conf names no way from A to B: the KDCs and the domain hierarchy decide',
    )
    expect((await hints(missing('D'), CAPATHS, 'D')).at(-1)).toBe('[capaths] leads from A to D directly (/etc/krb5.conf:4)')
  })

  test.each([
    ['KRB5KRB_AP_ERR_BAD_INTEGRITY', {}],
    ['KRB5KRB_AP_ERR_MODIFIED', {}],
    ['KRB5KRB_AP_ERR_BADKEYVER', {}],
    ['KRB5KRB_AP_ERR_NOKEY', {}],
    ['KRB5KRB_AP_ERR_NOT_US', {}],
    ['KRB5KRB_AP_ERR_BADMATCH', {}],
    ['KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', { said: 'PROCESS_TGS' }],
  ] as const)('%s: the other half of the trust is missing or another', async (code, params) => {
    const legs = [HOME, got('krbtgt/B@A'), refused(code, 'host/x@B', 'krbtgt/B@A', params)]
    expect((await hints(legs)).slice(-3)).toEqual([
      'the KDC of B does not accept krbtgt/B@A, which the KDC of A issued',
      'in the database of realm B krbtgt/B@A is missing, or its key, kvno or encryption types are not those of realm A',
      expect.stringMatching(/^the ticket was made with kvno \d+, \S+: getprinc krbtgt\/B@A in realm B has to show that key$/),
    ])
  })

  test('a service that the other realm does not have says nothing of the trust', async () => {
    const unknown = refused('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'host/x@B', 'krbtgt/B@A', { said: 'LOOKING_UP_SERVER' })
    const again = refused('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'host/x@B', 'krbtgt/B@A', { said: 'LOOKING_UP_SERVER' })
    expect(await hints([HOME, got('krbtgt/B@A'), unknown, again])).toEqual([
      'ok krbtgt/A@A in the cache',
      'ok krbtgt/B@A from the KDC of A',
      'no host/x@B from the KDC of B: Server not found in Kerberos database',
    ])
  })

  test('the realms passed are not to the taste of a KDC', async () => {
    const legs = [HOME, got('krbtgt/B@A', 'kdc', 'krbtgt/C@A'), got('krbtgt/C@B'), refused('KRB5KDC_ERR_POLICY', 'host/x@C', 'krbtgt/C@B')]
    expect(await hints(legs, CAPATHS)).toEqual([
      'ok krbtgt/A@A in the cache',
      'ok krbtgt/B@A from the KDC of A, instead of krbtgt/C@A',
      'ok krbtgt/C@B from the KDC of B',
      'no host/x@C from the KDC of C: KDC policy rejects request',
      'realms passed: A -> B -> C',
      'the KDC of C accepts those that [capaths] of its own krb5.conf names between the two ends, or the domain hierarchy has there',
      '[capaths] leads from A to C by way of B (/etc/krb5.conf:3)',
    ])
  })

  test('an error of no KDC comes with the way alone', async () => {
    expect(await hints([HOME, got('krbtgt/B@A')])).toEqual(['ok krbtgt/A@A in the cache', 'ok krbtgt/B@A from the KDC of A'])
  })
})
