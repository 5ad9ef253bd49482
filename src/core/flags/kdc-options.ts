import { flagNames } from './ticket-flags.ts'

/** KDCOptions (RFC 4120 §5.4.1; canonicalize RFC 6806 §3; request-anonymous RFC 8062 §3; cname-in-addl-tkt MS-SFU §2.2.3), bit 0 = 0x80000000. */
export const KdcOptions = {
  FORWARDABLE: 0x40000000,
  FORWARDED: 0x20000000,
  PROXIABLE: 0x10000000,
  PROXY: 0x08000000,
  ALLOW_POSTDATE: 0x04000000,
  POSTDATED: 0x02000000,
  RENEWABLE: 0x00800000,
  CNAME_IN_ADDL_TKT: 0x00020000,
  CANONICALIZE: 0x00010000,
  REQUEST_ANONYMOUS: 0x00008000,
  DISABLE_TRANSITED_CHECK: 0x00000020,
  RENEWABLE_OK: 0x00000010,
  ENC_TKT_IN_SKEY: 0x00000008,
  RENEW: 0x00000002,
  VALIDATE: 0x00000001,
} as const

/** Names as in the RFC (`renewable-ok`), in bit order; a bit that nobody named is `bit N`. */
export function kdcOptionNames(options: number): string[] {
  return flagNames(options, NAMES)
}

const NAMES: ReadonlyMap<number, string> = new Map(
  (Object.keys(KdcOptions) as (keyof typeof KdcOptions)[]).map(key => [KdcOptions[key], key.toLowerCase().replaceAll('_', '-')]),
)
