export type MsgTypeId = number

/** Message types, which are also their APPLICATION tags (RFC 4120 §5.10, §7.5.7). */
export const MsgType = {
  AS_REQ: 10,
  AS_REP: 11,
  TGS_REQ: 12,
  TGS_REP: 13,
  AP_REQ: 14,
  AP_REP: 15,
  TGT_REQ: 16,
  TGT_REP: 17,
  SAFE: 20,
  PRIV: 21,
  CRED: 22,
  ERROR: 30,
} as const satisfies Record<string, MsgTypeId>
