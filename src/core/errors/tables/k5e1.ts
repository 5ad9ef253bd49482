/** The second krb5 table (com_err `k5e1`), begun when the first one was full. Symbol: [offset, text]. */
export const K5E1_BASE = -1750600192

export const K5E1 = {
  KRB5_PLUGIN_VER_NOTSUPP: [0, 'Plugin does not support interface version'],
  KRB5_PLUGIN_BAD_MODULE_SPEC: [1, 'Invalid module specifier'],
  KRB5_PLUGIN_NAME_NOTFOUND: [2, 'Plugin module name not found'],
  KRB5KDC_ERR_DISCARD: [3, 'The KDC should discard this request'],
  KRB5_DCC_CANNOT_CREATE: [4, "Can't create new subsidiary cache"],
  KRB5_KCC_INVALID_ANCHOR: [5, 'Invalid keyring anchor name'],
  KRB5_KCC_UNKNOWN_VERSION: [6, 'Unknown keyring collection version'],
  KRB5_KCC_INVALID_UID: [7, 'Invalid UID in persistent keyring name'],
  KRB5_KCM_MALFORMED_REPLY: [8, 'Malformed reply from KCM daemon'],
  KRB5_KCM_RPC_ERROR: [9, 'Mach RPC error communicating with KCM daemon'],
  KRB5_KCM_REPLY_TOO_BIG: [10, 'KCM daemon reply too big'],
  KRB5_KCM_NO_SERVER: [11, 'No KCM server found'],
  KRB5_CERTAUTH_HWAUTH: [12, 'Authorize and set hw-authent ticket flag'],
  KRB5_CERTAUTH_HWAUTH_PASS: [13, 'Set hw-authent ticket flag but do not authorize'],
} as const
