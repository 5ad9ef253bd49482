/** TicketFlags (RFC 4120 §5.3; enc-pa-rep RFC 6806 §11; anonymous RFC 8062 §3), bit 0 = 0x80000000. */
export const TicketFlags = {
  FORWARDABLE: 0x40000000,
  FORWARDED: 0x20000000,
  PROXIABLE: 0x10000000,
  PROXY: 0x08000000,
  MAY_POSTDATE: 0x04000000,
  POSTDATED: 0x02000000,
  INVALID: 0x01000000,
  RENEWABLE: 0x00800000,
  INITIAL: 0x00400000,
  PRE_AUTHENT: 0x00200000,
  HW_AUTHENT: 0x00100000,
  TRANSITED_POLICY_CHECKED: 0x00080000,
  OK_AS_DELEGATE: 0x00040000,
  ENC_PA_REP: 0x00010000,
  ANONYMOUS: 0x00008000,
} as const

/** The letters of `klist -f`, in its order; empty when no flag has a letter. */
export function ticketFlagLetters(flags: number): string {
  let letters = ''
  for (const [mask, letter] of LETTERS) if (flags & mask) letters += letter
  return letters
}

/** Names as in the RFC (`forwardable`, `pre-authent`), in bit order; a bit that nobody named is `bit N`. */
export function ticketFlagNames(flags: number): string[] {
  return flagNames(flags, NAMES)
}

/** Names of the set bits, by a table of masks; used for ticket flags and kdc-options. */
export function flagNames(flags: number, names: ReadonlyMap<number, string>): string[] {
  const out: string[] = []
  for (let bit = 0; bit < 32; bit++) {
    const mask = (0x80000000 >>> bit) >>> 0
    if (flags & mask) out.push(names.get(mask) ?? `bit ${bit}`)
  }
  return out
}

const NAMES: ReadonlyMap<number, string> = new Map(
  (Object.keys(TicketFlags) as (keyof typeof TicketFlags)[]).map(key => [TicketFlags[key], key.toLowerCase().replaceAll('_', '-')]),
)

/** MIT's klist has no letter for enc-pa-rep. */
const LETTERS: readonly (readonly [number, string])[] = [
  [TicketFlags.FORWARDABLE, 'F'],
  [TicketFlags.FORWARDED, 'f'],
  [TicketFlags.PROXIABLE, 'P'],
  [TicketFlags.PROXY, 'p'],
  [TicketFlags.MAY_POSTDATE, 'D'],
  [TicketFlags.POSTDATED, 'd'],
  [TicketFlags.INVALID, 'i'],
  [TicketFlags.RENEWABLE, 'R'],
  [TicketFlags.INITIAL, 'I'],
  [TicketFlags.HW_AUTHENT, 'H'],
  [TicketFlags.PRE_AUTHENT, 'A'],
  [TicketFlags.TRANSITED_POLICY_CHECKED, 'T'],
  [TicketFlags.OK_AS_DELEGATE, 'O'],
  [TicketFlags.ANONYMOUS, 'a'],
]
