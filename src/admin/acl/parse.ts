import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal } from '../../core/principal/principal.ts'
import type { Acl, AclEntry, AclLetter, Pattern } from './entry.ts'
import { type LogicalLine, logicalLines } from './lines.ts'
import { parseRestrictions } from './restrictions.ts'

export interface AclSource {
  /** The file's name, for complaints. */
  readonly path: string
  /** Realm of names without one. */
  readonly realm: string
}

/**
 * Reads kadm5.acl: `client letters [target [restrictions]]`, fields separated by blanks or commas. Throws `EINVAL` with MIT's text, which names file
 * and line; what is wrong there is the hint.
 */
export function parseAcl(text: string, source: AclSource): Acl {
  return logicalLines(text).map(line => parseLine(line, source))
}

function parseLine(line: LogicalLine, source: AclSource): AclEntry {
  const { client, letters, target, restrictions } = fields(line.text)
  try {
    if (client === '') throw badLine('there is no client')
    if (letters === '') throw badLine('there are no privileges')
    return {
      line: line.number,
      client: parsePattern(client, source.realm, 'client'),
      privileges: parseLetters(letters),
      ...(target === '' ? {} : { target: parsePattern(target, source.realm, 'target') }),
      ...(restrictions === '' ? {} : { restrictions: parseRestrictions(restrictions) }),
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const wording = `${source.path}: syntax error at line ${line.number} <${line.text.slice(0, 10)}...>`
    throw new KrbError('EINVAL', { path: source.path, line: line.number }, { text: wording, hints: error.hints, cause: error })
  }
}

function fields(text: string) {
  const [, client, letters, target, restrictions] = FIELDS.exec(text.replace(/[ \t\n\v\f\r]+$/, ''))!
  return { client: client!, letters: letters!, target: target!, restrictions: restrictions! }
}

function parsePattern(text: string, realm: string, role: 'client' | 'target'): Pattern {
  return text === '*' ? 'any' : parseName(text, realm, role)
}

function parseName(text: string, realm: string, role: string): Principal {
  try {
    return parsePrincipal(text, { defaultRealm: realm })
  } catch (error) {
    throw error instanceof KrbError ? badLine(`the ${role} ${text} is no principal name`) : error
  }
}

/** From left to right: a letter gives a right, its capital takes it away. */
function parseLetters(text: string): ReadonlySet<AclLetter> {
  const privileges = new Set<AclLetter>()
  for (const letter of text) {
    const lower = letter.toLowerCase()
    const meant = LETTERS.get(lower)
    if (meant === undefined) throw badLine(`${letter} is no privilege`)
    for (const one of meant) {
      if (lower === letter) privileges.add(one)
      else privileges.delete(one)
    }
  }
  return privileges
}

function badLine(hint: string): KrbError {
  return new KrbError('EINVAL', {}, { hints: [hint] })
}

const FIELDS = /^[ \t\n\v\f\r,]*([^ \t\n\v\f\r,]*)[ \t\n\v\f\r,]*([^ \t\n\v\f\r,]*)[ \t\n\v\f\r,]*([^ \t\n\v\f\r,]*)[ \t\n\v\f\r,]*(.*)$/s

/** Extracting keys must be said: no word for everything means it. */
const ALL_BUT_EXTRACT: readonly AclLetter[] = ['a', 'd', 'm', 'c', 'i', 'l', 'p', 's']

const LETTERS: ReadonlyMap<string, readonly AclLetter[]> = new Map<string, readonly AclLetter[]>([
  ...[...ALL_BUT_EXTRACT, 'e' as const].map(letter => [letter, [letter]] as const),
  ['x', ALL_BUT_EXTRACT],
  ['*', ALL_BUT_EXTRACT],
])
