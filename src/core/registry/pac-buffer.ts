export type PacBufferId = number

/** Kinds of buffers in a privilege attribute certificate (MS-PAC §2.4). */
export const PacBufferType = {
  LOGON_INFO: 1,
  CREDENTIALS: 2,
  SERVER_CHECKSUM: 6,
  KDC_CHECKSUM: 7,
  CLIENT_INFO: 10,
  DELEGATION_INFO: 11,
  UPN_DNS_INFO: 12,
  CLIENT_CLAIMS: 13,
  DEVICE_INFO: 14,
  DEVICE_CLAIMS: 15,
  TICKET_CHECKSUM: 16,
  ATTRIBUTES_INFO: 17,
  REQUESTOR: 18,
  FULL_CHECKSUM: 19,
} as const satisfies Record<string, PacBufferId>

/** `client-info`, `server-checksum`; undefined for a kind that nobody named. */
export function pacBufferName(id: PacBufferId): string | undefined {
  return NAMES.get(id)
}

const NAMES: ReadonlyMap<PacBufferId, string> = new Map(
  (Object.keys(PacBufferType) as (keyof typeof PacBufferType)[]).map(key => [PacBufferType[key], key.toLowerCase().replaceAll('_', '-')]),
)
