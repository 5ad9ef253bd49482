import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../../../src/core/bytes/text.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import {
  defaultSalt,
  fromPrincipalName,
  isTgtPrincipal,
  type ParseOptions,
  parsePrincipal,
  samePrincipal,
  tgtPrincipal,
  toPrincipalName,
  unparsePrincipal,
} from '../../../../src/core/principal/principal.ts'

const VECTORS = new URL('../../../../../shared/vectors/principals.json', import.meta.url)

interface Case {
  readonly in: string
  readonly flags: readonly string[]
  readonly realm?: string
  readonly components?: readonly string[]
  readonly type?: number
  readonly unparse?: string
  readonly short?: string
  readonly norealm?: string
  readonly salt?: string
  readonly error?: string
}

/** The vectors hold octets, one per character. */
function text(latin1: string): string {
  return decodeText(Buffer.from(latin1, 'latin1'))
}

function optionsOf(flags: readonly string[], defaultRealm: string): ParseOptions {
  return {
    defaultRealm: flags.includes('no_def_realm') ? '' : defaultRealm,
    enterprise: flags.includes('enterprise'),
    requireRealm: flags.includes('require_realm'),
    noRealm: flags.includes('no_realm'),
    ignoreRealm: flags.includes('ignore_realm'),
  }
}

describe.skipIf(!existsSync(VECTORS))('names as MIT reads and writes them (shared vectors; skipped without them)', () => {
  const file = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, 'utf8')) : { cases: [] }
  const cases: readonly Case[] = file.cases

  it.each(cases.filter(c => c.error !== undefined))('refuses $in $flags', c => {
    const message = c.error!.replace(' (text not set by the library)', '')
    expect(() => parsePrincipal(text(c.in), optionsOf(c.flags, file.default_realm))).toThrow(
      expect.objectContaining({ code: 'KRB5_PARSE_MALFORMED', message }),
    )
  })

  it.each(cases.filter(c => c.error === undefined))('reads $in $flags', c => {
    const principal = parsePrincipal(text(c.in), optionsOf(c.flags, file.default_realm))
    expect(principal).toEqual({ type: c.type, realm: text(c.realm!), components: c.components!.map(text) })
    expect(unparsePrincipal(principal)).toBe(text(c.unparse!))
    expect(unparsePrincipal(principal, { realm: 'unless-default', defaultRealm: file.default_realm })).toBe(text(c.short!))
    expect(unparsePrincipal(principal, { realm: 'never' })).toBe(text(c.norealm!))
    expect(Buffer.from(defaultSalt(principal)).toString('latin1')).toBe(c.salt)
  })

  it('has all cases', () => expect(cases).toHaveLength(74))
})

describe('principals', () => {
  it('need a default realm only when the name has none', () => {
    expect(parsePrincipal('alice@R').realm).toBe('R')
    expect(() => parsePrincipal('alice')).toThrow(
      expect.objectContaining({ code: 'KRB5_CONFIG_NODEFREALM', message: 'Configuration file does not specify default realm' }),
    )
  })

  it('are the same when their octets are, whatever their type', () => {
    const a = parsePrincipal('alice/x@R')
    expect(samePrincipal(a, { ...a, type: 10 })).toBe(true)
    expect(samePrincipal(a, { ...a, realm: 'r' })).toBe(false)
    expect(samePrincipal(a, { ...a, components: ['alice'] })).toBe(false)
    expect(samePrincipal(a, { ...a, components: ['alice/x'] })).toBe(false)
  })

  it('made of the same octets are equal strings, even when a backslash stood between two of them', () => {
    const stray = decodeText(Uint8Array.of(0xc3, 0x5c, 0xa9))
    const [component] = parsePrincipal(`${stray}@R`).components
    expect(component).toBe('é')
    expect(encodeText(component!)).toEqual(Uint8Array.of(0xc3, 0xa9))
  })

  it('know the ticket-granting service', () => {
    expect(unparsePrincipal(tgtPrincipal('A'))).toBe('krbtgt/A@A')
    expect(unparsePrincipal(tgtPrincipal('B', 'A'))).toBe('krbtgt/B@A')
    expect(isTgtPrincipal(tgtPrincipal('B', 'A'))).toBe(true)
    expect(isTgtPrincipal(parsePrincipal('krbtgt@A'))).toBe(false)
  })

  it('travel as PrincipalName and realm', () => {
    const principal = parsePrincipal('host/h@R')
    expect(toPrincipalName(principal)).toEqual({ nameType: 1, nameString: ['host', 'h'] })
    expect(fromPrincipalName({ nameType: 3, nameString: ['host', 'h'] }, 'R')).toEqual({ ...principal, type: 3 })
  })

  it('fail with a KrbError that names the text', () => {
    const error = (() => {
      try {
        return parsePrincipal('a@b@c')
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(KrbError)
    expect((error as KrbError).params).toEqual({ name: 'a@b@c' })
  })
})
