import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EncTicketPart, Ticket } from '../../../../src/core/asn1/messages/ticket.ts'
import { fromHex } from '../../../../src/core/bytes/bytes.ts'
import { openData, prepareKey } from '../../../../src/core/crypto/encrypted-data.ts'
import type { PreparedKey } from '../../../../src/core/crypto/etype.ts'
import { clientInfoOf, isPacOf, subjectWithRealm } from '../../../../src/core/pac/client-info.ts'
import { buildPac, parsePac, requirePacBuffer } from '../../../../src/core/pac/container.ts'
import { decodeLogonInfo } from '../../../../src/core/pac/logon-info.ts'
import { hasTicketSignature, signPac } from '../../../../src/core/pac/sign.ts'
import { pacOf } from '../../../../src/core/pac/ticket-pac.ts'
import { decodeUpnDnsInfo } from '../../../../src/core/pac/upn-dns-info.ts'
import { verifyFullSignature, verifyKdcSignature, verifyServerSignature, verifyTicketSignature } from '../../../../src/core/pac/verify.ts'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import { KeyUsage } from '../../../../src/core/registry/key-usage.ts'
import { PacBufferType } from '../../../../src/core/registry/pac-buffer.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

interface VectorKey {
  readonly enctype: number
  readonly key: string
}

interface Case {
  readonly name: string
  readonly malformed?: true
  readonly principal: string
  readonly enterprise?: boolean
  readonly crossRealm?: boolean
  readonly authtime: number
  readonly serverKey: VectorKey
  readonly kdcKey?: VectorKey
  readonly pac: string
  readonly ticket: string
  readonly logonInfoLength?: number
}

const FILE = new URL('../../../../../shared/vectors/pac.json', import.meta.url)
const cases: readonly Case[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')).cases : []
const windows = cases.filter(({ pac, malformed }) => pac !== undefined && !malformed)

describe.skipIf(cases.length === 0)('PACs of Windows (skipped: no ../shared/vectors)', () => {
  it.each(windows)(
    '$name: signatures, client and logon info',
    ({ principal, enterprise, crossRealm, authtime, serverKey, kdcKey, pac: hex, logonInfoLength }) => {
      const pac = parsePac(fromHex(hex)!)
      verifyServerSignature(pac, key(serverKey))
      if (kdcKey !== undefined) verifyKdcSignature(pac, key(kdcKey))
      const client = parsePrincipal(principal, { enterprise: enterprise ?? false })
      expect(isPacOf(pac, client, authtime, crossRealm ? 'with-realm' : 'without-realm')).toBe(true)
      expect(isPacOf(pac, client, authtime, crossRealm ? 'without-realm' : 'with-realm')).toBe(false)
      expect(isPacOf(pac, { ...client, components: ['w2k8v'] }, authtime, crossRealm ? 'with-realm' : 'without-realm')).toBe(false)
      expect(isPacOf(pac, client, authtime + 1, crossRealm ? 'with-realm' : 'without-realm')).toBe(false)
      const logon = requirePacBuffer(pac, PacBufferType.LOGON_INFO)
      expect(logon.data.length).toBe(logonInfoLength)
      const computer = principal.startsWith('w2003final$')
      expect(decodeLogonInfo(logon.data)).toMatchObject(computer ? COMPUTER : USER)
    },
  )

  it('s4u PACs of another realm name their subject with realm', () => {
    const named = cases.filter(({ crossRealm }) => crossRealm).map(({ pac }) => subjectWithRealm(clientInfoOf(parsePac(fromHex(pac)!))))
    expect(named.map(({ components, realm }) => [components, realm])).toEqual([
      [['w2k8u'], 'ACME.COM'],
      [['w2k8u@abc'], 'ACME.COM'],
    ])
  })

  it.each(cases.filter(({ malformed }) => malformed))('$name is refused', ({ pac }) => {
    expect(() => parsePac(fromHex(pac)!)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(ERANGE|EINVAL)$/) }))
  })

  it('a changed octet anywhere spoils the server signature, and another key never fits', () => {
    const { pac: hex, serverKey } = windows[0]!
    const octets = fromHex(hex)!
    const changed = octets.slice()
    changed[100]! ^= 1
    expect(() => verifyServerSignature(parsePac(changed), key(serverKey))).toThrow(code('KRB5KRB_AP_ERR_MODIFIED'))
    expect(() => verifyServerSignature(parsePac(octets), key({ enctype: 23, key: '00'.repeat(16) }))).toThrow(
      code('KRB5KRB_AP_ERR_MODIFIED'),
    )
    expect(() => verifyServerSignature(parsePac(octets), key({ enctype: 18, key: '00'.repeat(32) }))).toThrow(code('KRB5_BAD_ENCTYPE'))
  })

  it('a whole ticket of Windows Server 2022: all four signatures', () => {
    const { ticket: hex, serverKey, kdcKey } = cases.find(({ ticket }) => ticket !== undefined)!
    const ticket = Ticket.decode(fromHex(hex)!)
    const part = EncTicketPart.decode(openData(key(serverKey), KeyUsage.KDC_REP_TICKET, ticket.encPart))
    const { pac, blankedTicket } = pacOf(part)!
    verifyServerSignature(pac, key(serverKey))
    verifyKdcSignature(pac, key(kdcKey!))
    verifyTicketSignature(pac, key(kdcKey!), blankedTicket())
    verifyFullSignature(pac, key(kdcKey!))
    expect(isPacOf(pac, { type: 1, realm: part.crealm, components: part.cname.nameString }, part.authtime)).toBe(true)
    expect(decodeUpnDnsInfo(requirePacBuffer(pac, PacBufferType.UPN_DNS_INFO).data)).toMatchObject(UPN)

    const forwardable = pacOf({ ...part, flags: (part.flags ^ 0x40000000) >>> 0 })!
    expect(() => verifyTicketSignature(pac, key(kdcKey!), forwardable.blankedTicket())).toThrow(code('KRB5KRB_AP_ERR_MODIFIED'))
  })
})

describe('signing', () => {
  const keys = { server: key({ enctype: 18, key: '11'.repeat(32) }), kdc: key({ enctype: 20, key: '22'.repeat(32) }) }
  const contents = [{ type: PacBufferType.CLIENT_INFO, data: Uint8Array.of(1, 2, 3) }]

  it('what is signed verifies, with and without a ticket', () => {
    const blank = Uint8Array.of(9, 9)
    const pac = parsePac(signPac(contents, keys, blank))
    verifyServerSignature(pac, keys.server)
    verifyKdcSignature(pac, keys.kdc)
    verifyTicketSignature(pac, keys.kdc, blank)
    verifyFullSignature(pac, keys.kdc)
    const tgt = parsePac(signPac(contents, keys, undefined))
    verifyServerSignature(tgt, keys.server)
    verifyKdcSignature(tgt, keys.kdc)
    expect(() => verifyFullSignature(tgt, keys.kdc)).toThrow(code('ENOENT'))
  })

  it.each([0, 1, 2, 7, 14])('an unkeyed checksum (type %i) proves nothing', type => {
    const pac = parsePac(signPac(contents, keys, undefined))
    const data = new Uint8Array(requirePacBuffer(pac, PacBufferType.SERVER_CHECKSUM).data)
    new DataView(data.buffer).setInt32(0, type, true)
    const forged = buildPac([...contents, { type: PacBufferType.SERVER_CHECKSUM, data }, { type: PacBufferType.KDC_CHECKSUM, data }])
    expect(() => verifyServerSignature(forged, keys.server)).toThrow(code('KRB5KRB_ERR_GENERIC'))
    expect(() => verifyKdcSignature(forged, keys.kdc)).toThrow(code('KRB5KRB_ERR_GENERIC'))
  })

  it('a signature that is cut short or there twice is refused', () => {
    const signed = parsePac(signPac(contents, keys, undefined))
    const { type, data } = requirePacBuffer(signed, PacBufferType.SERVER_CHECKSUM)
    const kdc = requirePacBuffer(signed, PacBufferType.KDC_CHECKSUM)
    const short = buildPac([...contents, { type, data: data.subarray(0, 15) }, kdc])
    expect(() => verifyServerSignature(short, keys.server)).toThrow(code('KRB5_BAD_MSIZE'))
    const twice = buildPac([...contents, { type, data }, { type, data }, kdc])
    expect(() => verifyServerSignature(twice, keys.server)).toThrow(code('EINVAL'))
  })

  it.each([
    ['host/a@R', true],
    ['kadmin/changepw@R', false],
    ['krbtgt/R@R', false],
    ['krbtgt/OTHER@R', false],
    ['kadmin/admin@R', true],
  ])('tickets for %s have a signature over the ticket: %s', (name, expected) => {
    expect(hasTicketSignature(parsePrincipal(name))).toBe(expected)
  })
})

function key({ enctype, key: hex }: VectorKey): PreparedKey {
  return prepareKey({ etype: enctype, value: new Secret(fromHex(hex)!) })
}

function code(name: string) {
  return expect.objectContaining({ code: name })
}

/** What Windows says about the accounts of the samples. */
const COMPUTER = {
  effectiveName: 'W2003FINAL$',
  logonCount: 101,
  groups: [{ rid: 516, attributes: 7 }],
  extraSids: [{ sid: 'S-1-5-9', attributes: 7 }],
}
const USER = {
  effectiveName: 'w2k8u',
  fullName: 'w2k8u',
  logonDomainName: 'ACME',
  logonServer: 'WDC',
  logonDomainId: 'S-1-5-21-9281652-3921847615-585208160',
  userId: 1142,
  primaryGroupId: 513,
  groups: [{ rid: 513, attributes: 7 }],
  userAccountControl: 528,
  passwordLastSet: 1538380195,
  passwordMustChange: 'never',
}
const UPN = {
  upn: 'Administrator@w2022-l7.base',
  dnsDomainName: 'W2022-L7.BASE',
  constructed: true,
  samName: 'Administrator',
  sid: 'S-1-5-21-133451344-1126667713-3548050118-500',
}
