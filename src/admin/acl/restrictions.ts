import { KrbError } from '../../core/errors/krb-error.ts'
import { applyAttributeWord } from '../../core/flags/principal-attributes.ts'
import { parseDuration } from '../../core/time/duration.ts'
import type { PrincipalChange } from '../language/records.ts'

/** What a line of kadm5.acl makes of principals that are added or modified under it. Lives in seconds. */
export interface Restrictions {
  /** Attributes that come out set, and those that come out clear whatever else is said. */
  readonly required: number
  readonly forbidden: number
  readonly policy?: string
  readonly clearPolicy: boolean
  /** Bounds from now. */
  readonly expiresWithin?: number
  readonly pwExpiresWithin?: number
  readonly maxLife?: number
  readonly maxRenewableLife?: number
}

/** Throws `EINVAL` with a hint that names the word. */
export function parseRestrictions(text: string): Restrictions {
  const words = text.split(/[ \t\n\v\f\r,]+/).filter(word => word !== '')
  let read: Restrictions = { required: 0, forbidden: 0, clearPolicy: false }
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const required = applyAttributeWord(0, word)
    if (required !== undefined) {
      const forbidden = ~applyAttributeWord(ALL, word)!
      read = { ...read, required: (read.required | required) >>> 0, forbidden: (read.forbidden | forbidden) >>> 0 }
    } else if (word === '-clearpolicy') read = { ...read, clearPolicy: true }
    else read = withValue(read, word, words[++i])
  }
  return read
}

/** What of a request to add or modify a principal restrictions look at. */
export interface Restrictable {
  readonly change: PrincipalChange
  readonly clearPolicy: boolean
  /** What flags are added to when the request sets none. */
  readonly attributes: number
}

/** The request as it is carried out. `now` is in seconds since 1970. */
export function restricted({ change, clearPolicy, attributes }: Restrictable, restrictions: Restrictions, now: number): Restrictable {
  const { policy, ...rest } = change
  const wanted = restrictions.clearPolicy ? undefined : (restrictions.policy ?? policy)
  const flags = ((((change.attributes ?? attributes) | restrictions.required) >>> 0) & ~restrictions.forbidden) >>> 0
  return {
    attributes,
    clearPolicy: clearPolicy || restrictions.clearPolicy,
    change: {
      ...rest,
      ...(wanted === undefined ? {} : { policy: wanted }),
      ...(restrictions.required === 0 && restrictions.forbidden === 0 ? {} : { attributes: flags }),
      ...bounded('expiration', change.expiration, restrictions.expiresWithin, now),
      ...bounded('pwExpiration', change.pwExpiration, restrictions.pwExpiresWithin, now),
      ...bounded('maxLife', change.maxLife, restrictions.maxLife, 0),
      ...(restrictions.maxRenewableLife === undefined
        ? {}
        : { maxRenewableLife: Math.min(change.maxRenewableLife ?? restrictions.maxRenewableLife, restrictions.maxRenewableLife) }),
    },
  }
}

/** 0 means "never" in dates and "no bound" in a ticket's life, so it is the largest value here (MIT lets it through). */
function bounded(field: keyof PrincipalChange, asked: number | undefined, within: number | undefined, now: number): PrincipalChange {
  if (within === undefined) return {}
  return { [field]: asked === undefined || asked === 0 ? now + within : Math.min(asked, now + within) }
}

function withValue(read: Restrictions, word: string, value: string | undefined): Restrictions {
  if (value === undefined) throw badWord(`${word} is no attribute, or its value is missing`)
  if (word === '-policy') {
    if (read.policy !== undefined) throw badWord('there is a second -policy')
    return { ...read, policy: value }
  }
  const field = SPANS.get(word)
  if (field === undefined) throw badWord(`${word} is neither an attribute nor another restriction`)
  const seconds = parseDuration(value)
  if (seconds === undefined) throw badWord(`${value} is no time span`)
  return { ...read, [field]: seconds }
}

function badWord(hint: string): KrbError {
  return new KrbError('EINVAL', {}, { hints: [hint] })
}

const SPANS: ReadonlyMap<string, keyof Restrictions> = new Map<string, keyof Restrictions>([
  ['-expire', 'expiresWithin'],
  ['-pwexpire', 'pwExpiresWithin'],
  ['-maxlife', 'maxLife'],
  ['-maxrenewlife', 'maxRenewableLife'],
])
const ALL = 0xffffffff
