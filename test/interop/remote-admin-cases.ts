/*
 * What an administrator asks of a kadmind, for any program against any server. FOLDER stands for the run's folder.
 */

/** The realm before the first request: lines for kadmin.local. */
export const REMOTE_SETUP: readonly string[] = [
  'addprinc -pw adminpw root/admin',
  'addprinc -pw adminpw +requires_preauth pre/admin',
  'addprinc -pw plainpw plain',
  'addprinc -pw changerpw changer/helpdesk',
  'addprinc -pw ägypt odd/admin',
  'addprinc -pw lookerpw looker/helpdesk',
  'addprinc -pw target target',
  'ktadd -norandkey -k FOLDER/admin.keytab root/admin',
]

export const REMOTE_ACL: readonly string[] = ['*/admin@EX.TEST *e', 'changer/helpdesk@EX.TEST c', 'looker/helpdesk@EX.TEST il']

/** Single runs that say who is asking in some way: arguments and standard input. */
export const WAYS_IN: readonly (readonly [readonly string[], string?])[] = [
  [['-p', 'root/admin', '-w', 'adminpw', 'getprinc', 'target']],
  [['-p', 'root/admin', '-w', 'adminpw', '-q', 'getprinc nope']],
  [['-p', 'root/admin', '-w', 'adminpw'], 'getprivs\n'],
  [['-p', 'pre/admin', '-w', 'adminpw', '-q', 'getprivs']],
  [['-p', 'odd/admin', '-w', 'ägypt', '-q', 'getprivs']],
  [['-p', 'root/admin', '-w', 'wrong', 'getprivs']],
  [['-p', 'root/admin', '-w', 'wrong', '-q', 'getprivs']],
  [['-p', 'pre/admin', '-w', 'wrong', 'getprivs']],
  [['-p', 'pre/admin', '-w', '', 'getprivs']],
  [['-p', 'nope/admin', '-w', 'x', 'getprivs']],
  [['-p', 'a@b@c', '-w', 'x', '-q', 'getprivs']],
  [['-p', 'root/admin', '-k', '-t', 'FOLDER/admin.keytab', 'getprivs']],
  [['-p', 'root/admin', '-k', '-t', 'FOLDER/admin.keytab', '-q', 'getprivs']],
  [['-p', 'root/admin', '-k', '-t', 'FOLDER/none.keytab', '-q', 'getprivs']],
  [['-p', 'root/admin', '-k', '-q', 'getprivs']],
  [['-p', 'plain', '-k', '-t', 'FOLDER/admin.keytab', 'getprivs']],
  [['-k', '-t', 'BAD:x', '-p', 'root/admin', 'getprivs']],
  [['-c', 'FOLDER/admin.cache', '-q', 'getprivs']],
  [['-c', 'FOLDER/admin.cache', 'getprivs']],
  [['-c', 'FOLDER/admin.cache'], 'getprivs\n'],
  [['-c', 'FOLDER/admin.cache', '-p', 'plain', 'getprivs']],
  [['-c', 'FOLDER/tgt.cache', '-q', 'getprivs']],
  [['-c', 'FOLDER/none.cache', '-p', 'root/admin', '-q', 'getprivs']],
  [['-c', 'BAD:x', 'getprivs']],
  [['-n', 'getprivs']],
  [['-n', '-q', 'getprivs']],
  [['-N', '-p', 'root/admin', '-w', 'adminpw', 'getprivs']],
  [['-s', '127.0.0.1:1', '-p', 'root/admin', '-w', 'adminpw', 'getprivs']],
  [['-s', 'no-such-host.invalid', '-p', 'root/admin', '-w', 'adminpw', 'getprivs']],
  [['-r', 'ELSE.TEST', '-p', 'root/admin', '-w', 'adminpw', 'getprivs']],
  [['-e', 'aes128-cts:normal', '-x', 'a=b', '-d', 'x', '-m', '-p', 'root/admin', '-w', 'adminpw', 'getprivs']],
  [['-p', 'root/admin', '-w', 'adminpw', 'nonsense']],
  [['-p', 'root/admin', '-w', 'adminpw', '-q', 'nonsense']],
  [['-c', 'x', '-k', 'getprivs']],
  [['-t', 'x', 'getprivs']],
  [['-Z']],
]

/** What somebody with few rights may not do, and may do with himself: who, password, requests of one run. */
export const RIGHTS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'plain',
    'plainpw',
    [
      'listprincs',
      'listpols',
      'getprinc target',
      'getprinc plain',
      'getstrs plain',
      'addprinc -pw x -clearpolicy other',
      'addprinc -pw x other',
      'modprinc -maxlife 1h target',
      'modprinc -maxlife 1h plain',
      'delprinc -force target',
      'renprinc -force target other',
      'cpw -pw x target',
      'cpw -pw plainpw plain',
      'cpw -randkey target',
      'purgekeys target',
      'purgekeys plain',
      'setstr plain a b',
      'delstr plain a',
      'getstrs target',
      'addpol other',
      'modpol -minlength 3 other',
      'delpol -force other',
      'getpol other',
      'ktadd -k FOLDER/refused.keytab target',
      'ktadd -norandkey -k FOLDER/refused.keytab target',
      'getprivs',
    ],
  ],
  [
    'changer/helpdesk',
    'changerpw',
    ['cpw -pw other target', 'cpw -randkey target', 'ktadd -k FOLDER/refused.keytab target', 'getprinc target'],
  ],
  [
    'looker/helpdesk',
    'lookerpw',
    ['listprincs target*', 'getprinc -terse target', 'modprinc -maxlife 1h target', 'modprinc target', 'cpw -pw x target'],
  ],
]

/** Requests that a database of one's own answers otherwise. */
export const ONLY_REMOTE: readonly string[] = ['lock', 'unlock', 'addprinc -x a=b -pw x xx', 'addprinc -pw x -policy nopol polless']

/** Requests on the command line, where failures count, and by -q: arguments and standard input. Carried out by root/admin after the script. */
export const AS_ARGUMENTS: readonly (readonly [readonly string[], string?])[] = [
  [['addprinc', '-pw', 'x', 'bob']],
  [['addprinc', '-pw', 'x', 'bob']],
  [['-q', 'delprinc bob'], 'no\n'],
  [['-q', 'cpw bob'], 'a\nb\n'],
  [['cpw', 'bob'], 'a\na\n'],
  [['ktadd', '-k', 'FOLDER/kt2', 'nope']],
  [['ktadd', '-k', 'FOLDER/not/there', 'bob']],
  [['-q', 'delprinc bob'], 'yes\n'],
  [['purgekeys', 'nope']],
  [['getstrs', 'nope']],
  [['modpol', 'nope']],
  [['renprinc', 'twice', 'thrice']],
  [['modprinc', '-bogus', 'thrice']],
  [['list_requests']],
  [['exit']],
  [['-q', '']],
]
