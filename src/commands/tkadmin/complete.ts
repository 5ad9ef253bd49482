import type { AdminApi } from '../../admin/api.ts'
import { VERBS } from '../../admin/language/index.ts'
import { QueryError } from '../../admin/query/query-error.ts'
import { splitLine } from '../../admin/query/split.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { principalAttributeWords } from '../../core/flags/principal-attributes.ts'
import { displayText } from '../../core/principal/display.ts'
import type { Completion } from '../../platform/line-editor.ts'
import { REQUESTS, requestNamed } from './requests/index.ts'
import type { Operand, Request } from './talk.ts'

/**
 * What can stand at the end of a line: requests, then their options, flags, principals and policies. Names are asked for when they
 * are needed, by their first letters; silent when there is no answer.
 */
export async function completeLine(before: string, api: AdminApi): Promise<Completion> {
  const fragment = /[^ \t]*$/.exec(before)![0]
  const words = wordsBefore(before.slice(0, before.length - fragment.length))
  if (words === undefined || fragment.includes('"')) return { candidates: [], fragment }
  const candidates = await candidatesFor(fragment, words, api)
  return { candidates: candidates.filter(candidate => candidate.startsWith(fragment) && isPlain(candidate)).slice(0, MOST_SHOWN), fragment }
}

async function candidatesFor(fragment: string, words: readonly string[], api: AdminApi): Promise<readonly string[]> {
  const [name, ...given] = words
  if (name === undefined) return REQUESTS.flatMap(({ names }) => names).filter(each => /^\w/.test(each))
  const request = requestNamed(name)
  if (request === undefined) return []
  const valued = request.options?.find(({ word, value }) => value !== undefined && word === given.at(-1))
  if (valued !== undefined) return valued.word === '-policy' ? policies(fragment, api) : []
  if (/^[-+]/.test(fragment)) return optionWords(request)
  const operand = operandAt(request, given)
  if (operand?.kind === 'principal') return principals(fragment, api)
  return operand?.kind === 'policy' ? policies(fragment, api) : []
}

function optionWords({ options = [], own = [], flags }: Request): readonly string[] {
  const attributes = flags === true ? principalAttributeWords().flatMap(word => [`+${word}`, `-${word}`]) : []
  return [...options.map(({ word }) => word), ...own.map(({ name }) => `--${name}`), ...attributes]
}

/** The last operand may come again, as ktadd's does. */
function operandAt({ operands = [], options = [] }: Request, given: readonly string[]): Operand | undefined {
  const valued = new Set(options.filter(({ value }) => value !== undefined).map(({ word }) => word))
  const taken = given.filter((word, i) => !/^[-+]/.test(word) && !valued.has(given[i - 1] ?? '')).length
  return operands[taken] ?? (operands.length === 1 ? operands[0] : undefined)
}

/** Without the realm where it is the database's own, unless the person has begun to type it. */
async function principals(fragment: string, api: AdminApi): Promise<readonly string[]> {
  const names = await named(fragment, pattern => api.call(VERBS.listPrincipals, { pattern, atMost: MOST_FETCHED }))
  const realm = `@${api.realm}`
  return fragment.includes('@') ? names : names.map(name => (name.endsWith(realm) ? name.slice(0, -realm.length) : name))
}

function policies(fragment: string, api: AdminApi): Promise<readonly string[]> {
  return named(fragment, pattern => api.call(VERBS.listPolicies, { pattern }))
}

/** Some letters must be there, none of which means something in a pattern; whoever waits too long gets nothing. */
async function named(fragment: string, list: (pattern: string) => Promise<readonly string[]>): Promise<readonly string[]> {
  if (fragment === '' || /[*?[\]\\]/.test(fragment)) return []
  const listed = list(`${fragment}*`).catch((error: unknown): readonly string[] => {
    if (error instanceof KrbError) return []
    throw error
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly string[]>(resolve => {
    timer = setTimeout(() => resolve([]), PATIENCE_MS)
  })
  try {
    return await Promise.race([listed, late])
  } finally {
    clearTimeout(timer)
  }
}

/** undefined inside quotes. */
function wordsBefore(text: string): readonly string[] | undefined {
  try {
    return splitLine(text)
  } catch (error) {
    if (error instanceof QueryError) return undefined
    throw error
  }
}

/** Names that would need quoting, or that a terminal would act on, have to be typed. */
function isPlain(name: string): boolean {
  return !/[\s"]/.test(name) && displayText(name) === name
}

const MOST_FETCHED = 1000
const MOST_SHOWN = 200
const PATIENCE_MS = 2000
