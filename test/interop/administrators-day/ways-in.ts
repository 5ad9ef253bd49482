import type { Run, Scene } from './scene.ts'

/** Ways to say who one is, and ways to say what is wanted. */
export const WAYS_IN: readonly Scene[] = [
  { title: 'ways in', runs: waysIn() },
  { title: 'requests as arguments, by -q and from pipes', runs: asArguments() },
]

function waysIn(): Run[] {
  const root = ['-p', 'root/admin', '-w', 'pw-root-admin']
  return [
    { args: [...root, '-q', 'getprivs'] },
    { args: ['-p', 'root/admin@EX.TEST', '-w', 'pw-root-admin', '-r', 'EX.TEST', 'getprivs'] },
    { args: ['-p', 'root/admin', '-q', 'getprivs'], input: 'pw-root-admin\n' },
    { args: ['-p', 'root/admin', '-q', 'getprivs'], input: 'wrong\n' },
    { args: ['-p', 'root/admin', '-q', 'getprivs'], input: '' },
    { args: ['-w', 'pw-root-admin', '-q', 'getprivs'] },
    { args: ['-p', 'root/admin', '-w', 'wrong', 'getprivs'] },
    { args: ['-p', 'absent', '-w', 'x', 'getprivs'] },
    { args: ['-p', 'far@ELSE.TEST', '-w', 'x', 'getprivs'] },
    { args: ['-k', '-t', 'FOLDER/admin.keytab', '-p', 'root/admin', 'getprinc', 'self'] },
    { args: ['-k', '-t', 'FILE:FOLDER/admin.keytab', '-p', 'root/admin', '-q', 'getprivs'] },
    { args: ['-k', '-t', 'FOLDER/admin.keytab', '-p', 'self', '-q', 'getprivs'] },
    { args: ['-k', '-p', 'root/admin', '-q', 'getprivs'] },
    { args: ['-c', 'FOLDER/admin.cache', '-q', 'getprivs'] },
    { args: ['-c', 'FOLDER/admin.cache', 'getprinc', 'self'] },
    { args: ['-c', 'FILE:FOLDER/admin.cache'], input: 'getprivs\nlistpols s*\n' },
    { args: ['-c', 'FOLDER/tgt.cache', '-q', 'getprivs'] },
    { args: ['-c', 'FOLDER/none.cache', '-q', 'getprivs'] },
    { args: ['-c', 'FOLDER/self.cache', '-q', 'getprinc self'] },
    { args: ['-n', '-q', 'getprivs'] },
    { args: ['-n', '-p', 'root/admin', '-q', 'getprivs'] },
    { args: ['-s', '127.0.0.1:1', ...root, '-q', 'getprivs'] },
    { args: ['-r', 'ELSE.TEST', ...root, '-q', 'getprivs'] },
    { args: ['-N', ...root, '-q', 'getprivs'] },
    { args: ['-k', '-c', 'x', 'getprivs'] },
    { args: ['-Z'] },
  ]
}

function asArguments(): Run[] {
  const as = (args: readonly string[], input?: string): Run => ({
    args: ['-c', 'FOLDER/admin.cache', ...args],
    ...(input === undefined ? {} : { input }),
  })
  return [
    as(['addprinc', '-pw', 'two words', 'name with blanks']),
    as(['getprinc', 'name with blanks']),
    as(['addprinc', '-pw'], ''),
    as(['-q', 'addprinc -policy'], 'one\none\n'),
    as(['addprinc', '-x'], 'one\ntwo\n'),
    as(['addprinc', 'asked'], 'one\none\n'),
    as(['-q', 'addprinc asked2'], 'one\ntwo\n'),
    as(['-q', 'cpw asked'], 'new\nnew\n'),
    as(['-q', 'cpw asked'], ''),
    as(['cpw', 'asked'], '\n\n'),
    as(['delprinc', 'asked'], 'no\n'),
    as(['delprinc', 'asked'], 'maybe\nyes\n'),
    as(['-q', 'renprinc asked moved'], 'yes\n'),
    as(['-q', 'renprinc moved asked'], ''),
    as(['-q', 'delprinc moved'], 'yes\n'),
    as(['-q', 'delpol slow'], 'no\n'),
    as(['delpol', 'absent'], 'yes\n'),
    as(['delpol', '-force'], 'yes\n'),
    as(['renprinc', '-force', 'self'], 'yes\n'),
    as(['delprinc', 'absent'], 'yes\n'),
    as(['addprinc', '-pw', 'x', 'tab\there']),
    as(['getprinc', 'tab\there']),
    as(['addprinc', '-pw', 'x', 'control\u0001char']),
    as(['delprinc', '-force', 'control\u0001char']),
    as(['addpol', 'ctrl\u0007']),
    as(['getprinc', 'absent']),
    as(['modprinc', '-maxlife', 'x', 'self']),
    as(['bogus', 'request']),
    as(['-q', 'bogus']),
    as(['-q', '']),
    as(['-q', 'getprinc "self"']),
    as(['-q', 'getprinc "self']),
    as(['listprincs', 'self*']),
    as(['ktadd', '-q', '-k', 'FOLDER/kt-args', 'self']),
    as(['ktremove', '-k', 'FOLDER/kt-args', 'self', 'all']),
    as(['quit']),
    as([], 'getprivs\nquit\ngetprivs\n'),
    as([], 'exit\n'),
    as([], ''),
    as([], 'q'),
  ]
}
