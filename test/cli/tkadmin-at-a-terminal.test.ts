import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { localDatabase } from '../helpers/local-database.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, expectTool } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'

/** A person at a terminal, played by expect. */
const { scratch, env, local, create } = localDatabase('tkadmin-terminal')

beforeAll(() => {
  create()
  local([], 'addprinc -randkey alice\naddprinc -randkey alice/admin\naddprinc -randkey bob\naddpol staff\n')
})
afterAll(() => scratch.remove())

/** Waits for each text and then sends what is beside it; at last for the end. What was seen, and the exit status. */
function talk(
  dialogue: readonly (readonly [wait: string, say: string])[],
  options: { readonly args?: string; readonly term?: string } = {},
): Finished {
  const lines = dialogue.map(([wait, say]) => `expect -exact {${wait}} {} timeout { exit 99 } eof { exit 98 }\nsend -- "${say}"\n`).join('')
  const { args = '', term = 'xterm' } = options
  const script = `set timeout 20\nset stty_init "rows 24 cols 100"\nspawn ${ours('tkadmin.local')} ${args}\n${lines}expect eof {} timeout { exit 97 }\ncatch wait result\nexit [lindex $result 3]\n`
  return run('expect', ['-c', script], { env: { ...env, TERM: term } })
}

const PROMPT = 'tkadmin.local:  '

describeWith([expectTool()], 'tkadmin.local at a terminal', () => {
  it('asks which realm to trust, and which way, when no realm is named', () => {
    const file = scratch.file('instructions')
    const done = talk([
      [PROMPT, `trust add --instructions ${file}\\r`],
      ['Realm to trust', 'PARTNER.TEST\\r'],
      ['Who reaches what', '\\033\\[B\\r'],
      ['What the administrator of PARTNER.TEST has to enter is in', ''],
      [PROMPT, 'listprincs krbtgt/P*@*\\r'],
      ['krbtgt/PARTNER.TEST@CLI.TEST', ''],
      [PROMPT, 'quit\\r'],
    ])
    expect(done.code, done.stdout).toBe(0)
    const password = /^ {2}answer {2}(\S+)$/m.exec(readFileSync(file, 'utf8'))![1]!
    expect(done.stdout).not.toContain(password)
    expect(local(['listprincs', 'krbtgt/*@PARTNER*']).stdout).toBe('')
  })

  it('completes requests, principals and policies', () => {
    const done = talk([
      [PROMPT, 'getprin\\t'],
      ['getprinc', '\\003'],
      [PROMPT, 'getprinc bo\\t'],
      ['bob ', '\\r'],
      ['Principal: bob@CLI.TEST', ''],
      [PROMPT, 'getprinc ali\\t\\t'],
      ['alice/admin', '\\003'],
      [PROMPT, 'getpol st\\t'],
      ['staff ', '\\r'],
      ['Policy: staff', ''],
      [PROMPT, 'quit\\r'],
    ])
    expect(done.code).toBe(0)
  })

  it('calls lines back, but none that holds a secret', () => {
    const done = talk([
      [PROMPT, 'getprinc alice\\r'],
      ['Principal: alice@CLI.TEST', ''],
      [PROMPT, 'cpw -pw not-to-be-seen-again bob\\r'],
      ['changed.', ''],
      [PROMPT, 'mistyped-password\\r'],
      ['Unknown request', ''],
      [PROMPT, '\\033\\[A'],
      ['getprinc alice', '\\r'],
      ['Principal: alice@CLI.TEST', ''],
      [PROMPT, '\\004'],
    ])
    expect(done.code).toBe(0)
    expect(done.stdout.split('for a request list.')[1]).not.toMatch(/not-to-be-seen|mistyped/)
  })

  it('clears the line at Ctrl-C, ends at Ctrl-D with a newline, and leaves the terminal as it was', () => {
    const done = talk([
      [PROMPT, 'delprinc alice\\003'],
      ['^C', ''],
      [PROMPT, 'xx\\177\\177getprin\\001\\005c bob\\r'],
      ['Principal: bob@CLI.TEST', ''],
      [PROMPT, '\\004'],
    ])
    expect(done.code).toBe(0)
    expect(done.stdout.endsWith('\r\n')).toBe(true)
    const command = `${ours('tkadmin.local')}; stty -a >${scratch.file('stty')}`
    const script = `set timeout 20\nspawn sh -c {${command}}\nexpect -exact {${PROMPT}}\nsend "quit\\r"\nexpect eof\n`
    expect(run('expect', ['-c', script], { env: { ...env, TERM: 'xterm' } }).code).toBe(0)
    for (const setting of ['icanon', 'echo', 'isig', 'ixon']) {
      expect(readFileSync(scratch.file('stty'), 'utf8').split(/[\s;]+/)).toContain(setting)
    }
  })

  it("leaves what was typed ahead to MIT's questions", () => {
    const done = talk([
      [PROMPT, 'cpw bob\\rahead\\rahead\\rdelprinc alice/admin\\rno\\r'],
      ['Password for "bob@CLI.TEST" changed.', ''],
      ['Principal "alice/admin@CLI.TEST" not deleted', ''],
      [PROMPT, 'quit\\r'],
    ])
    expect(done.code).toBe(0)
    expect(done.stdout).not.toContain('ahead')
  })

  it('asks for what is missing, and prints the usage when there is no answer', () => {
    const done = talk([
      [PROMPT, 'getprinc\\r'],
      ['principal', 'alice\\r'],
      ['Principal: alice@CLI.TEST', ''],
      [PROMPT, 'setstr\\r'],
      ['principal', 'bob\\r'],
      ['name', 'note\\r'],
      ['value', 'two words\\r'],
      ['Attribute set for principal "bob@CLI.TEST".', ''],
      [PROMPT, 'delprinc\\r'],
      ['principal', '\\r'],
      ['usage: delete_principal [-force] principal', ''],
      [PROMPT, 'getpol\\r'],
      ['policy', '\\003'],
      ['usage: get_policy [-terse] policy', ''],
      [PROMPT, 'getprinc -terse\\r'],
      ['Principal does not exist while retrieving "-terse@CLI.TEST".', ''],
      [PROMPT, 'quit\\r'],
    ])
    expect(done.code).toBe(0)
    expect(local(['getstrs', 'bob']).stdout).toBe('note: two words\n')
  })

  it('asks nothing of its own on the command line', () => {
    const done = talk([['usage: get_principal [-terse] principal', '']], { args: 'getprinc' })
    expect(done.code).toBe(1)
  })

  it('does without editing where the terminal cannot move its cursor', () => {
    const done = talk(
      [
        [PROMPT, 'getprinc bob\\r'],
        ['Principal: bob@CLI.TEST', ''],
        [PROMPT, '\\004'],
      ],
      { term: 'dumb' },
    )
    expect(done.code).toBe(0)
    expect(done.stdout).not.toContain('\u001b')
  })

  it('warns of a password on the command line, and draws tables', () => {
    const warned = talk([['other users of this host can read the password behind -pw', '']], { args: 'cpw -pw x bob' })
    expect(warned.code).toBe(0)
    expect(local(['cpw', '-pw', 'x', 'bob'])).toEqual({ code: 0, stdout: '', stderr: '' })
    const table = talk([['staff', '']], { args: 'listpols --table' })
    expect(table.code).toBe(0)
    expect(table.stdout).toContain('│ staff')
  })
})
