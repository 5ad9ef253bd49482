// The programs: where each command is, and a harmless run for its code cache that passes through what most runs pass through.
const base = 'src/commands'

export const PROGRAMS = {
  tkinit: {
    command: `${base}/tkinit/command.ts`,
    warmUp: folder => ({ args: ['-c', `${folder}/cache`, 'warm@WARM.TEST'], input: 'password\n' }),
  },
  tklist: {
    command: `${base}/tklist/command.ts`,
    warmUp: folder => ({ args: ['-fea', '-n', '-c', `${folder}/cache`] }),
  },
  tkdestroy: { command: `${base}/tkdestroy/command.ts`, warmUp: folder => ({ args: ['-c', `${folder}/cache`] }) },
  tkvno: { command: `${base}/tkvno/command.ts`, warmUp: folder => ({ args: ['-c', `${folder}/cache`, 'host/warm'] }) },
  tkadmin: { command: `${base}/tkadmin/command.ts`, warmUp: () => ({ args: ['-p', 'warm', 'listprincs'] }) },
  'tkadmin.local': { command: `${base}/tkadmin/local-command.ts`, warmUp: () => ({ args: ['-r', 'WARM.TEST', 'listprincs'] }) },
  tkdb5_util: { command: `${base}/tkdb5-util/command.ts`, warmUp: () => ({ args: ['-r', 'WARM.TEST', 'stash'] }) },
  tkrb5kdc: { command: `${base}/tkrb5kdc/command.ts`, warmUp: () => ({ args: ['-n', '-r', 'WARM.TEST'] }) },
  tkrealm: { command: `${base}/tkrealm/command.ts`, warmUp: () => ({ args: ['status'] }) },
}
