import { type Scene, scene } from './scene.ts'

/** What a principal may do and for how long. */
export const ATTRIBUTES: readonly Scene[] = [
  scene('attributes, set and cleared', 'root/admin', attributes()),
  scene('expirations and lifetimes', 'root/admin', [
    'addprinc -pw x t1',
    ...[
      'never',
      '2031-02-03',
      '"2031-02-03 04:05:06"',
      '20310203040506',
      '"Feb 3 2031 4:05pm"',
      '0',
      '"3 days"',
      '"next friday x"',
      '""',
      '1h',
      '"1 day ago"',
      '"tomorrow"',
    ].flatMap(time => [`modprinc -expire ${time} t1`, 'getprinc t1', `modprinc -pwexpire ${time} t1`, 'getprinc -terse t1']),
    ...['1h', '1:30', '01:02:03', '1d2h3m4s', '"2 days"', '90m', '0', 'never', '3600', '1x', '""', '-1h', '9999999d', '1d1d'].flatMap(
      span => [`modprinc -maxlife ${span} t1`, `modprinc -maxrenewlife ${span} t1`, 'getprinc -terse t1'],
    ),
    'modprinc -kvno 5 t1',
    'modprinc -kvno 0 t1',
    'modprinc -kvno 255 t1',
    'modprinc -kvno 256 t1',
    'modprinc -kvno 65535 t1',
    'modprinc -kvno -1 t1',
    'getprinc t1',
    'modprinc -expire',
    'modprinc -expire 2031-01-01',
    'modprinc -maxlife 1h -maxlife 2h t1 t2',
    'delprinc -force t1',
  ]),
]

function attributes(): string[] {
  const words = [
    'allow_postdated',
    'allow_forwardable',
    'allow_tgs_req',
    'allow_renewable',
    'allow_proxiable',
    'allow_dup_skey',
    'allow_tix',
    'requires_preauth',
    'requires_hwauth',
    'needchange',
    'allow_svr',
    'password_changing_service',
    'support_desmd5',
    'new_princ',
    'ok_as_delegate',
    'ok_to_auth_as_delegate',
    'no_auth_data_required',
    'lockdown_keys',
    'REQUIRES_PRE_AUTH',
    'disallow_all_tix',
    'preauth',
    'Allow-Tickets',
    'nonsense',
    '0x8000000',
    '',
  ]
  return [
    'addprinc -randkey at',
    ...words.flatMap(word => [`modprinc +${word} at`, 'getprinc -terse at', `modprinc -${word} at`, 'getprinc -terse at']),
    `modprinc ${words
      .slice(0, 9)
      .map(word => `+${word}`)
      .join(' ')} at`,
    'getprinc at',
    `modprinc ${words
      .slice(0, 9)
      .map(word => `-${word}`)
      .join(' ')} at`,
    'getprinc at',
    'addprinc -randkey +preauth -allow_tix +needchange at2',
    'getprinc at2',
    'addprinc -randkey +nonsense at3',
    'modprinc +preauth',
    'modprinc +preauth absent',
  ]
}
