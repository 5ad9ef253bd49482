import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../helpers/bundle.ts'
import { describeWith, expectTool } from '../../helpers/peers.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const scratch = scratchFolder('prompter')
let program = ''
beforeAll(() => {
  program = bundle('prompter', PROGRAM)
})
afterAll(() => {
  scratch.remove()
  fs.rmSync(program, { force: true })
})

describe('on a pipe', () => {
  it('prints the prompt as it is and a newline, and takes the octets of one line', () => {
    expect(ask('secret', 'pass\xe9word\nrest\n')).toEqual({ stdout: 'Password for alice: \n70617373e9776f7264\n', status: 0 })
    expect(ask('secret', 'no newline')).toEqual({ stdout: `Password for alice: \n${hex('no newline')}\n`, status: 0 })
    expect(ask('secret', '\n')).toEqual({ stdout: 'Password for alice: \n\n', status: 0 })
    expect(ask('secret', 'dos\r\n').stdout).toContain(hex('dos\r'))
  })

  it('cannot read a password at the end of input, nor an endless one', () => {
    expect(ask('secret', '').stdout).toBe('Password for alice: \nKRB5_LIBOS_CANTREADPWD Cannot read password\n')
    expect(ask('secret', 'x'.repeat(5000)).stdout).toContain('KRB5_LIBOS_CANTREADPWD')
    const closed = spawnSync('sh', ['-c', `exec "$0" "$1" secret <&-`, process.execPath, program], { encoding: 'latin1' })
    expect(closed.stdout).toContain('KRB5_LIBOS_CANTREADPWD')
    const folder = spawnSync('sh', ['-c', `exec "$0" "$1" secret </`, process.execPath, program], { encoding: 'latin1' })
    expect(folder.stdout).toContain('KRB5_LIBOS_CANTREADPWD')
  })

  it('leaves everything behind the newline to the next reader', () => {
    const script = '"$0" "$1" secret; "$0" "$1" line; cat'
    const input = 'one\ntwo\nthree\nfour\n'
    const piped = spawnSync('sh', ['-c', script, process.execPath, program], { input, encoding: 'latin1' })
    expect(piped.stdout).toBe(`Password for alice: \n${hex('one')}\nkadmin: [two]\nthree\nfour\n`)
    fs.writeFileSync(scratch.file('lines'), input)
    const file = spawnSync('sh', ['-c', `(${script}) <"$2"`, process.execPath, program, scratch.file('lines')], { encoding: 'latin1' })
    expect(file.stdout).toBe(piped.stdout)
  })

  it('asks for lines, too', () => {
    expect(ask('line', 'listprincs é\n', 'utf8').stdout).toBe('kadmin: [listprincs é]\n')
    expect(ask('line', '').stdout).toBe('kadmin: end\n')
  })

  it('moves prompts to standard error when told', () => {
    const done = spawnSync(process.execPath, [program, 'secret', 'stderr'], { input: 'pw\n', encoding: 'latin1' })
    expect([done.stdout, done.stderr]).toEqual([`${hex('pw')}\n`, 'Password for alice: \n'])
  })

  it('waits for a writer on a descriptor that does not block', async () => {
    const pipe = scratch.file('pipe')
    spawnSync('mkfifo', [pipe])
    const fd = fs.openSync(pipe, fs.constants.O_RDWR | fs.constants.O_NONBLOCK)
    // By way of descriptor 3, since Node makes the first three of a child block.
    const child = spawn('sh', ['-c', 'exec "$0" "$1" secret <&3', process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit', fd] })
    let stdout = ''
    child.stdout!.on('data', chunk => {
      stdout += chunk
    })
    await new Promise(resolve => child.stdout!.once('data', resolve))
    fs.writeSync(fd, 'la')
    fs.writeSync(fd, 'te\n')
    await new Promise(resolve => child.on('close', resolve))
    fs.closeSync(fd)
    expect(stdout).toBe(`Password for alice: \n${hex('late')}\n`)
  })
})

describeWith([expectTool()], 'on a terminal', () => {
  it('does not echo, keeps line editing, prints one newline, and gives the echo back', () => {
    const seen = terminal('secret', 'expect "Password for alice: "; send "sekrex\\177t\\r"')
    expect(seen).toContain(`Password for alice: \r\n${hex('sekret')}\r\nstatus=0 echo\r\n`)
    expect(seen).not.toContain('sekre')
  })

  it('takes pasted lines one at a time', () => {
    const seen = terminal('twice', 'expect "Password for alice: "; send "first\\rsecond\\r"')
    expect(seen).toContain(`${hex('first')}\r\n`)
    expect(seen).toContain(`${hex('second')}\r\nstatus=0 echo\r\n`)
  })

  it('cannot read a password after ^D', () => {
    expect(terminal('secret', 'expect "Password for alice: "; send "\\004"')).toContain('CANTREADPWD Cannot read password\r\nstatus=0 echo')
  })

  it('^C restores the echo and ends with 130', () => {
    expect(terminal('secret', 'expect "Password for alice: "; send "half\\003"')).toMatch(/status=130 echo\r\n$/)
  })

  it.each([
    ['TERM', 143],
    ['HUP', 129],
    ['QUIT', 131],
  ])('SIG%s restores the echo and ends with %i', (signal, status) => {
    expect(terminal('secret', `expect "Password for alice: "; ${signalChild(signal)}`)).toContain(`status=${status} echo\r\n`)
  })

  it('process.exit restores the echo', () => {
    expect(terminal('exit', 'expect "Password for alice: "')).toContain('status=7 echo\r\n')
  })

  it('a signal that somebody else handles ends the question', () => {
    const seen = terminal('handled', `expect "Password for alice: "; ${signalChild('INT')}`)
    expect(seen).toContain('handler\r\n')
    expect(seen).toContain('KRB5_LIBOS_PWDINTR Password read interrupted\r\nstatus=0 echo\r\n')
  })

  it('a stop restores the echo, going on takes it away again', () => {
    const seen = terminal(
      'secret',
      `expect "Password for alice: "; ${signalChild('TSTP')}; sleep 0.6; exec sh -c "stty -a <$tty >${scratch.file('stopped')}"; ` +
        `${signalChild('CONT')}; sleep 0.6; exec sh -c "stty -a <$tty >${scratch.file('going')}"; send "pw\\r"`,
    )
    expect(fs.readFileSync(scratch.file('stopped'), 'utf8')).toMatch(/ echo /)
    expect(fs.readFileSync(scratch.file('going'), 'utf8')).toMatch(/ -echo /)
    expect(seen).toContain(`${hex('pw')}\r\nstatus=0 echo\r\n`)
  })
})

const PROGRAM = `
import { writeFileSync } from 'node:fs'
import { nodePrompter } from './src/platform/prompter.ts'
const [task, output] = process.argv.slice(2)
const pidFile = process.env.PID_FILE
if (pidFile) writeFileSync(pidFile, String(process.pid))
const prompter = nodePrompter(output ?? 'stdout')
const secret = async () => console.log((await prompter.secret('Password for alice: ')).use(octets => Buffer.from(octets).toString('hex')))
if (task === 'handled') process.on('SIGINT', () => console.log('handler'))
if (task === 'exit') setTimeout(() => process.exit(7), 300)
void (async () => {
  try {
    if (task === 'line') {
      const line = await prompter.line('kadmin: ')
      console.log(line === undefined ? 'end' : '[' + line + ']')
    } else await secret()
    if (task === 'twice') await secret()
  } catch (error) {
    console.log(error.code, error.message)
  }
})()
`

function ask(task: string, input: string, encoding: BufferEncoding = 'latin1') {
  const done = spawnSync(process.execPath, [program, task], { input: Buffer.from(input, encoding) })
  return { stdout: done.stdout.toString(encoding), status: done.status }
}

/** What a person at a terminal sees: the program, then its status and whether the terminal echoes. */
function terminal(task: string, steps: string): string {
  const pidFile = scratch.file('pid')
  const shell = `trap : INT QUIT HUP TERM; "${process.execPath}" "${program}" ${task}; echo "status=$? $(stty -a | grep -o -e '-*\\becho\\b')"`
  fs.writeFileSync(scratch.file('shell'), shell)
  const script = `set timeout 20
proc pid {} { set f [open ${pidFile}]; set p [read $f]; close $f; return $p }
spawn -noecho sh ${scratch.file('shell')}
set tty $spawn_out(slave,name)
${steps}
expect eof
`
  fs.writeFileSync(scratch.file('script'), script)
  const done = spawnSync('expect', [scratch.file('script')], {
    env: { ...process.env, PID_FILE: pidFile },
    encoding: 'latin1',
    timeout: 30_000,
  })
  return done.stdout
}

function signalChild(signal: string): string {
  return `exec kill -${signal} [pid]`
}

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}
