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

/** What somebody with few rights may not do, and may do with himself: who, password, request. */
export const RIGHTS: readonly (readonly [string, string, string])[] = [
  ['plain', 'plainpw', 'listprincs'],
  ['plain', 'plainpw', 'listpols'],
  ['plain', 'plainpw', 'getprinc target'],
  ['plain', 'plainpw', 'getprinc plain'],
  ['plain', 'plainpw', 'getstrs plain'],
  ['plain', 'plainpw', 'addprinc -pw x -clearpolicy other'],
  ['plain', 'plainpw', 'addprinc -pw x other'],
  ['plain', 'plainpw', 'modprinc -maxlife 1h target'],
  ['plain', 'plainpw', 'modprinc -maxlife 1h plain'],
  ['plain', 'plainpw', 'delprinc -force target'],
  ['plain', 'plainpw', 'renprinc -force target other'],
  ['plain', 'plainpw', 'cpw -pw x target'],
  ['plain', 'plainpw', 'cpw -pw plainpw plain'],
  ['plain', 'plainpw', 'cpw -randkey target'],
  ['plain', 'plainpw', 'purgekeys target'],
  ['plain', 'plainpw', 'purgekeys plain'],
  ['plain', 'plainpw', 'setstr plain a b'],
  ['plain', 'plainpw', 'delstr plain a'],
  ['plain', 'plainpw', 'getstrs target'],
  ['plain', 'plainpw', 'addpol other'],
  ['plain', 'plainpw', 'modpol -minlength 3 other'],
  ['plain', 'plainpw', 'delpol -force other'],
  ['plain', 'plainpw', 'getpol other'],
  ['plain', 'plainpw', 'ktadd -k FOLDER/refused.keytab target'],
  ['plain', 'plainpw', 'ktadd -norandkey -k FOLDER/refused.keytab target'],
  ['plain', 'plainpw', 'getprivs'],
  ['changer/helpdesk', 'changerpw', 'cpw -pw other target'],
  ['changer/helpdesk', 'changerpw', 'cpw -randkey target'],
  ['changer/helpdesk', 'changerpw', 'ktadd -k FOLDER/refused.keytab target'],
  ['changer/helpdesk', 'changerpw', 'getprinc target'],
  ['looker/helpdesk', 'lookerpw', 'listprincs target*'],
  ['looker/helpdesk', 'lookerpw', 'getprinc -terse target'],
  ['looker/helpdesk', 'lookerpw', 'modprinc -maxlife 1h target'],
  ['looker/helpdesk', 'lookerpw', 'modprinc target'],
  ['looker/helpdesk', 'lookerpw', 'cpw -pw x target'],
]

/** Requests that a database of one's own answers otherwise. */
export const ONLY_REMOTE: readonly string[] = ['lock', 'unlock', 'addprinc -x a=b -pw x xx', 'addprinc -pw x -policy nopol polless']
