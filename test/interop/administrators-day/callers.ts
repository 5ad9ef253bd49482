import { passwordOf } from './scene.ts'

/** Letters of kadm5.acl. */
export const LETTERS = 'admcilpse'

export const ACL: readonly string[] = [
  'root/admin@EX.TEST *e',
  'full/admin@EX.TEST x',
  ...[...LETTERS].map(letter => `may-${letter}@EX.TEST ${letter}`),
  ...[...LETTERS].map(letter => `not-${letter}@EX.TEST *e${letter.toUpperCase()}`),
  'twice@EX.TEST aA',
  'back@EX.TEST Aa',
  '# the rights to others by name',
  '*/ops@EX.TEST cie *1@EX.TEST',
  '*/two/swap@EX.TEST i two/*1@EX.TEST',
  '*/*/swap@EX.TEST i *2/*1@EX.TEST',
  'any/host@EX.TEST ile */host@EX.TEST',
  'any/realm@EX.TEST i *@*',
  'every@EX.TEST adm *',
  'first@EX.TEST i target@EX.TEST',
  'first@EX.TEST * target@EX.TEST',
  'first@EX.TEST c',
  'mover@EX.TEST d old@EX.TEST',
  'mover@EX.TEST a new@EX.TEST',
  'mover@EX.TEST a narrow@EX.TEST -maxlife 1h',
  '# what is made comes out otherwise',
  'r-flags@EX.TEST amicl *@EX.TEST +requires_preauth -forwardable,+ok_as_delegate',
  'r-policy@EX.TEST amic *@EX.TEST -policy strict',
  'r-clear@EX.TEST amic *@EX.TEST -clearpolicy',
  'r-expire@EX.TEST amic *@EX.TEST -expire 30d',
  'r-pwexpire@EX.TEST amic *@EX.TEST -pwexpire 48h',
  'r-maxlife@EX.TEST amic *@EX.TEST -maxlife 2h',
  'r-maxrenew@EX.TEST amic *@EX.TEST -maxrenewlife 3d',
  'r-all@EX.TEST amicl *@EX.TEST +needchange -policy strict -expire 1d -pwexpire 1d -maxlife 1h -maxrenewlife 1h',
  'r-nopolicy@EX.TEST amic *@EX.TEST -policy none-such',
  'r-lockdown@EX.TEST amic *@EX.TEST +lockdown_keys',
]

/** All who ask, each with the password `pw-NAME`, the slashes of the name as dashes. */
const CALLERS = [
  ...ACL.flatMap(line => /^([^*#][^@]*)@/.exec(line)?.[1] ?? []).filter((name, i, all) => all.indexOf(name) === i),
  'joe',
  'joe/ops',
  'one/two/swap',
  'a/b/swap',
  'self',
  'bound',
]

export const SETUP: readonly string[] = [
  'addpol -minlength 8 strict',
  'addpol -minlife 1d -history 2 slow',
  ...CALLERS.map(name => `addprinc -clearpolicy -pw ${passwordOf(name)} ${name}`),
  'modprinc -policy slow bound',
  'addprinc -clearpolicy -pw target target',
  'addprinc -clearpolicy -pw target target/host',
  'addprinc -clearpolicy -pw target two/one',
  'addprinc -clearpolicy -pw target b/a',
  'addprinc -clearpolicy -pw target far@ELSE.TEST',
  'addprinc -clearpolicy -randkey locked',
  'modprinc +lockdown_keys locked',
  'ktadd -q -norandkey -k FOLDER/admin.keytab root/admin',
  'ktadd -q -norandkey -k FOLDER/self.keytab self',
]
