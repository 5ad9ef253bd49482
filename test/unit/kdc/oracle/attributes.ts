/**
 * What each attribute of a principal does to a request that asks for everything, when the client or the server has it: nothing, an error code, or
 * flags (klist's letters) taken or given. Read off kadmin's manual page and RFC 4120; names as getprinc prints them.
 */
export interface AttributeRow {
  readonly attribute: string
  readonly clientInAs: Effect
  readonly serverInAs: Effect
  readonly clientInTgs: Effect
  readonly serverInTgs: Effect
  /** In the TGS with enc-tkt-in-skey, where it differs. */
  readonly serverUserToUser?: Effect
}

export type Effect = '' | number | `-${string}` | `+${string}`

// biome-ignore format: a table
const ROWS: readonly (readonly [string, Effect, Effect, Effect, Effect, Effect?])[] = [
  // attribute                client AS  server AS  client TGS  server TGS  user to user
  ['DISALLOW_POSTDATED',      10,        10,        '',         10],
  ['DISALLOW_FORWARDABLE',    '-F',      '-F',      '-F',       '-F'],
  ['DISALLOW_TGT_BASED',      '',        '',        '',         12],
  ['DISALLOW_RENEWABLE',      '-R',      '-R',      '-R',       12],
  ['DISALLOW_PROXIABLE',      '-P',      '-P',      '-P',       '-P'],
  ['DISALLOW_DUP_SKEY',       '',        '',        '',         '',         12],
  ['DISALLOW_ALL_TIX',        18,        7,         '',         7],
  ['REQUIRES_PRE_AUTH',       25,        '',        '',         60],
  ['REQUIRES_HW_AUTH',        25,        '',        '',         60],
  ['REQUIRES_PWCHANGE',       23,        '',        '',         ''],
  ['DISALLOW_SVR',            '',        27,        '',         27,         ''],
  ['PWCHANGE_SERVICE',        '',        '',        '',         ''],
  ['SUPPORT_DESMD5',          '',        '',        '',         ''],
  ['NEW_PRINC',               '',        '',        '',         ''],
  ['OK_AS_DELEGATE',          '',        '',        '',         '+O'],
  ['OK_TO_AUTH_AS_DELEGATE',  '',        '',        '',         ''],
  ['NO_AUTH_DATA_REQUIRED',   '',        '',        '',         ''],
  ['LOCKDOWN_KEYS',           '',        '',        '',         ''],
]

export const ATTRIBUTES: readonly AttributeRow[] = ROWS.map(
  ([attribute, clientInAs, serverInAs, clientInTgs, serverInTgs, serverUserToUser = serverInTgs]) => ({
    attribute,
    clientInAs,
    serverInAs,
    clientInTgs,
    serverInTgs,
    serverUserToUser,
  }),
)
