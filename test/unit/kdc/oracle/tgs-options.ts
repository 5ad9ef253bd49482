/**
 * What a TGS has to do with each option, read off RFC 4120 and written down without a look at the KDC: names are the RFC's, bits count from the left.
 * Of several refusals the first one counts. Where the RFC leaves a choice, `choice` says which one we took.
 */

/** KDCOptions, §5.4.1. */
export const OPTION_BITS = {
  forwardable: 1,
  forwarded: 2,
  proxiable: 3,
  proxy: 4,
  'allow-postdate': 5,
  postdated: 6,
  renewable: 8,
  'enc-tkt-in-skey': 28,
  renew: 30,
  validate: 31,
} as const

/** TicketFlags, §5.3; enc-pa-rep RFC 6806 §11. */
export const FLAG_BITS = {
  forwardable: 1,
  forwarded: 2,
  proxiable: 3,
  proxy: 4,
  'may-postdate': 5,
  postdated: 6,
  invalid: 7,
  renewable: 8,
  initial: 9,
  'pre-authent': 10,
  'hw-authent': 11,
  'transited-policy-checked': 12,
  'enc-pa-rep': 15,
} as const

export type Option = keyof typeof OPTION_BITS
export type Flag = keyof typeof FLAG_BITS
export type Server = 'krbtgt' | 'service'

/** A request by a ticket for `presented`, in its time, with `flags`, for a ticket for `wanted`. The second ticket is the service's own TGT. */
export interface Situation {
  readonly options: ReadonlySet<Option>
  readonly flags: ReadonlySet<Flag>
  readonly presented: Server
  readonly wanted: Server
}

export type Outcome = { readonly error: number } | { readonly flags: ReadonlySet<Flag> }

export function expectedOutcome(situation: Situation): Outcome {
  const refusal = REFUSALS.find(row => row.when(situation))
  if (refusal !== undefined) return { error: refusal.error }
  const { options, flags } = situation
  const rules = options.has('renew') || options.has('validate') ? SAME_TICKET : NEW_TICKET
  return { flags: new Set(ALL_FLAGS.filter(flag => rules[flag](options, flags))) }
}

const BADOPTION = 13
const SERVER_NOMATCH = 26
const TKT_NYV = 33
const NOT_US = 35

interface Refusal {
  readonly ref: string
  readonly error: number
  readonly when: (s: Situation) => boolean
  readonly choice?: string
}

const REFUSALS: readonly Refusal[] = [
  {
    ref: '§3.3.3.1',
    error: BADOPTION,
    when: ({ options }) => options.has('renew') && options.has('validate'),
    choice: 'a ticket is either not valid yet or old: nothing honest asks for both',
  },
  {
    ref: '§2.4, §3.3.3',
    error: BADOPTION,
    when: ({ options }) => options.has('postdated') && (options.has('renew') || options.has('validate')),
    choice: 'a postdated ticket has to be validated after its start; a renewal must not be a way around that',
  },
  { ref: '§2.6', error: BADOPTION, when: asksWithout('forwarded', 'forwardable') },
  { ref: '§2.5', error: BADOPTION, when: asksWithout('proxy', 'proxiable') },
  { ref: '§2.4', error: BADOPTION, when: asksWithout('allow-postdate', 'may-postdate') },
  { ref: '§2.4', error: BADOPTION, when: asksWithout('postdated', 'may-postdate') },
  { ref: '§2.2', error: BADOPTION, when: asksWithout('validate', 'invalid') },
  { ref: '§2.3', error: BADOPTION, when: asksWithout('renew', 'renewable') },
  { ref: '§2.2', error: TKT_NYV, when: ({ options, flags }) => flags.has('invalid') && !options.has('validate') },
  {
    ref: '§3.3.2 (c)',
    error: SERVER_NOMATCH,
    when: ({ options, presented, wanted }) => presented !== wanted && (options.has('renew') || options.has('validate')),
  },
  {
    ref: '§2.6',
    error: SERVER_NOMATCH,
    when: ({ options, presented, wanted }) => presented !== wanted && options.has('forwarded'),
    choice: 'the ticket that is forwarded is the one that is presented, as with MIT; with a TGT it is the TGT',
  },
  {
    ref: '§3.3.2 (c)',
    error: SERVER_NOMATCH,
    when: ({ options, presented, wanted }) => options.has('proxy') && presented === 'service' && wanted === 'krbtgt',
  },
  { ref: '§2.5', error: BADOPTION, when: ({ options, wanted }) => options.has('proxy') && wanted === 'krbtgt' },
  {
    ref: '§3.3.2 (b)',
    error: NOT_US,
    when: ({ options, presented }) =>
      presented === 'service' && !['forwarded', 'proxy', 'renew', 'validate'].some(option => options.has(option as Option)),
    choice:
      'the RFC does not name FORWARDED among the exceptions; forwarding a service ticket to itself takes nothing from anybody, and MIT does it',
  },
  { ref: '§3.3.3', error: SERVER_NOMATCH, when: ({ options, wanted }) => options.has('enc-tkt-in-skey') && wanted === 'krbtgt' },
]

function asksWithout(option: Option, flag: Flag): Refusal['when'] {
  return ({ options, flags }) => options.has(option) && !flags.has(flag)
}

type FlagRule = (options: ReadonlySet<Option>, flags: ReadonlySet<Flag>) => boolean

const never: FlagRule = () => false
const always: FlagRule = () => true
const asked =
  (option: Option): FlagRule =>
  options =>
    options.has(option)
const had =
  (flag: Flag): FlagRule =>
  (_, flags) =>
    flags.has(flag)
const both =
  (one: FlagRule, other: FlagRule): FlagRule =>
  (options, flags) =>
    one(options, flags) && other(options, flags)
const either =
  (one: FlagRule, other: FlagRule): FlagRule =>
  (options, flags) =>
    one(options, flags) || other(options, flags)

/** When the ticket issued has which flag, by the options asked for and the flags of the ticket presented (§3.3.3). */
const NEW_TICKET: Readonly<Record<Flag, FlagRule>> = {
  forwardable: both(asked('forwardable'), had('forwardable')), // §2.6
  forwarded: either(asked('forwarded'), had('forwarded')), // §2.6: also what is got with a forwarded ticket
  proxiable: both(asked('proxiable'), had('proxiable')), // §2.5
  proxy: either(asked('proxy'), had('proxy')), // §2.5
  'may-postdate': both(asked('allow-postdate'), had('may-postdate')), // §2.4
  postdated: asked('postdated'), // §2.4
  invalid: asked('postdated'), // §2.2
  renewable: both(asked('renewable'), had('renewable')), // §2.3
  initial: never, // §2.1: only of the AS
  'pre-authent': had('pre-authent'), // §2.1
  'hw-authent': had('hw-authent'), // §2.1
  'transited-policy-checked': always, // §2.7: one realm, nothing to object to
  'enc-pa-rep': always, // RFC 6806 §11
}

/** The same for a ticket that is renewed or validated: the ticket presented, less what made it useless. */
const SAME_TICKET: Readonly<Record<Flag, FlagRule>> = {
  forwardable: had('forwardable'),
  forwarded: had('forwarded'),
  proxiable: had('proxiable'),
  proxy: had('proxy'),
  'may-postdate': had('may-postdate'),
  postdated: had('postdated'),
  invalid: never, // §2.2
  renewable: both(had('renewable'), either(asked('validate'), asked('renewable'))), // a renewal stays renewable when RENEWABLE is asked for too, as with MIT and Heimdal
  initial: had('initial'),
  'pre-authent': had('pre-authent'),
  'hw-authent': had('hw-authent'),
  'transited-policy-checked': always,
  'enc-pa-rep': had('enc-pa-rep'),
}

const ALL_FLAGS = Object.keys(FLAG_BITS) as Flag[]
