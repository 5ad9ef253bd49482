export type LastReqTypeId = number

/** Kinds of last-req entries (RFC 4120 §5.4.2). A negative number says that the value is about the answering KDC alone. */
export const LastReqType = {
  NONE: 0,
  LAST_TGT_REQUEST: 1,
  LAST_INITIAL_REQUEST: 2,
  LAST_TGT_ISSUED: 3,
  LAST_RENEWAL: 4,
  LAST_REQUEST: 5,
  PASSWORD_EXPIRES: 6,
  ACCOUNT_EXPIRES: 7,
} as const satisfies Record<string, LastReqTypeId>
