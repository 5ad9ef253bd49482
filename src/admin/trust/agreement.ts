import type { Bytes } from '../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { etypeById } from '../../core/crypto/etypes/index.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal, samePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeIdByName, etypeName } from '../../core/registry/etype.ts'
import { Secret } from '../../core/secret/secret.ts'
import { type Direction, halfOf } from './halves.ts'
import type { JoinedHalf } from './join.ts'

/** A direction with the password that both administrators enter. */
export interface AgreedHalf extends JoinedHalf {
  readonly password: Secret
}

/**
 * The line for tkadmin in a file of instructions: one JSON object. Its passwords are those that `generatedPassword` makes, which need no
 * escapes.
 */
export function agreementLine(halves: readonly AgreedHalf[]): readonly (string | Secret)[] {
  const pieces = halves.flatMap(({ principal, kvno, etypes, password }, i) => {
    const fields = JSON.stringify({ principal: unparsePrincipal(principal), kvno, etypes: etypes.map(etypeName) }).slice(0, -1)
    return [`${i === 0 ? '' : ','}${fields},"password":"`, password, '"}']
  })
  return [`{"${FORMAT}":1,"halves":[`, ...pieces, ']}\n']
}

/**
 * Reads the agreement out of a file of instructions, of either side: the directions that concern these two realms, seen from `ours`.
 * Throws `EINVAL` for anything else than such a file, and for one about other realms.
 */
export function readAgreement(file: Bytes, ours: string, theirs: string): readonly (AgreedHalf & { readonly direction: Direction })[] {
  const lines = decodeText(file)
    .split('\n')
    .filter(line => line.startsWith(`{"${FORMAT}":`))
  if (lines.length !== 1) throw bad('it holds no agreement')
  const { [FORMAT]: version, halves } = parsed(lines[0]!)
  if (version !== 1) throw bad('it is of another version')
  if (!Array.isArray(halves) || halves.length === 0 || halves.length > 2) throw bad('it has no directions')
  return halves.map(half => readHalf(half, ours, theirs))
}

function readHalf(half: unknown, ours: string, theirs: string): AgreedHalf & { readonly direction: Direction } {
  const { principal: name, kvno, etypes: names, password } = (half ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof password !== 'string' || password === '') throw bad('a direction has no name or no password')
  if (typeof kvno !== 'number' || !Number.isInteger(kvno) || kvno < 1 || kvno > 0xffff) throw bad('a kvno is no number from 1 to 65535')
  if (!Array.isArray(names) || names.length === 0) throw bad('a direction has no encryption types')
  const etypes = [...new Set(names.map(usableEtype))]
  const principal = parsePrincipal(name)
  const direction = directionOf(principal, ours, theirs)
  if (direction === undefined) throw bad(`${name} is not about ${ours} and ${theirs}`)
  return { principal, kvno, etypes, password: new Secret(encodeText(password)), direction }
}

function directionOf(principal: Principal, ours: string, theirs: string): Direction | undefined {
  return (['in', 'out'] as const).find(direction => samePrincipal(principal, halfOf(direction, ours, theirs)))
}

function usableEtype(name: unknown): number {
  const etype = typeof name === 'string' ? etypeIdByName(name) : undefined
  if (etype === undefined || etypeById(etype) === undefined) throw bad('it names an encryption type that cannot be used here')
  return etype
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    // The parser's own words would quote the line, passwords and all.
    throw bad('its agreement cannot be read')
  }
}

function bad(reason: string): KrbError {
  return new KrbError('EINVAL', {}, { text: `Not a file of tkadmin trust add --instructions: ${reason}` })
}

const FORMAT = 'tkrb5Trust'
