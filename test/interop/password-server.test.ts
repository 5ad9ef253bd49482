import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/core/bytes/text.ts'
import { loadClientConfig } from '../../src/core/config/krb5-conf.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { givenPassword } from '../../src/kdc-client/key-source.ts'
import { changePassword, passwordTicket } from '../../src/kdc-client/passwd.ts'
import { realmChannel } from '../../src/platform/channel.ts'
import { nodeEnv } from '../../src/platform/node-env.ts'
import { passwordChannel } from '../../src/platform/password-channel.ts'
import { startMitPasswordRealm } from '../helpers/mit-passwords.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { type OwnPasswordRealm, startOwnPasswordRealm } from '../helpers/own-passwords.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, expectTool, heimdal, heimdalEnv, heimdalProgram, mit } from '../helpers/peers.ts'
import { type Finished, runAsync } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Our password server and our KDC, asked by everybody's clients. */
const POLICIES = [
  'addpol -minlength 6 -minclasses 2 -history 3 strict',
  'addpol -minlife 1h slow',
  'addpol -history 2 -maxlife "10 days" twice',
  'addpol -maxfailure 2 -failurecountinterval 60s -lockoutduration 120s lock',
  'addpol -maxfailure 2 fast',
]

/** Made anew for each case. */
const PRINCIPALS: Readonly<Record<string, readonly string[]>> = {
  alice: ['-pw alicepw +requires_preauth'],
  strict: ['-pw strictPw1 -policy strict'],
  slow: ['-pw slowpw -policy slow'],
  twice: ['-pw twicepw -policy twice'],
  needslow: ['-pw needpw +needchange -policy slow'],
  old: ['-pw oldpw', '-pwexpire 2020-01-01'],
  oldstrict: ['-pw oldPw.1 -policy strict +requires_preauth', '-pwexpire 2020-01-01'],
  lock: ['-pw lockpw -policy lock +requires_preauth'],
  fast: ['-pw fastpw -policy fast +requires_preauth'],
}

const ACL = ['desk@OWN.TEST c alice@OWN.TEST', '*/admin@OWN.TEST *']

const newLines = (kind: string, name = kind): readonly string[] => {
  const [first, ...rest] = PRINCIPALS[kind]!
  return [`addprinc ${first} ${name}`, ...rest.map(words => `modprinc ${words} ${name}`)]
}
const freshLines = (name: string): readonly string[] => [`delprinc -force ${name}`, ...newLines(name)]

describeWith([mit()], 'our password server', () => {
  let own: OwnPasswordRealm

  beforeAll(async () => {
    own = await startOwnPasswordRealm(
      ['addprinc -pw deskpw desk', ...POLICIES, ...Object.keys(PRINCIPALS).flatMap(kind => newLines(kind))],
      ACL,
    )
  }, 30_000)
  afterAll(() => own?.stop())

  const kinit = (name: string, password: string) => runAsync('kinit', [name], { env: own.env, input: `${password}\n` })

  describe.each([
    ['TCP', () => own.env],
    ['UDP alone', () => own.udpEnv],
  ])('by %s', (_, env) => {
    beforeEach(async () => {
      await own.admin(freshLines('alice'))
      own.lines.length = 0
    })

    it.each([
      ['MIT’s kpasswd', 'kpasswd'],
      ['tkpasswd', ours('tkpasswd')],
    ])('%s', async (_name, program) => {
      const done = await runAsync(program, ['alice'], { env: env(), input: 'alicepw\nNew.pw1\nNew.pw1\n' })
      expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Password changed.\n') })
      expect(own.lines).toEqual(['notice chpw request from 127.0.0.1 for alice@OWN.TEST: success'])
      expect((await kinit('alice', 'New.pw1')).code).toBe(0)
    })

    describeWith([heimdal(), expectTool()], 'Heimdal’s kpasswd', () => {
      const talk = (said: readonly string[]) => {
        const waits = ['assword:', 'New password', 'Verify']
        const steps = waits.map((wait, i) => `expect -exact "${wait}"\nsend -- "${said[i]}\\r"\n`).join('')
        const spawn = `set timeout 20\nspawn ${heimdalProgram('kpasswd')} alice\n`
        return runAsync('expect', ['-c', `${spawn}${steps}expect eof\ncatch wait result\nexit [lindex $result 3]\n`], {
          env: { ...env(), ...heimdalEnv() },
        })
      }

      it('changes one', async () => {
        expect(await talk(['alicepw', 'New.pw1', 'New.pw1'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Success') })
        expect(own.lines).toEqual(['notice setpw request from 127.0.0.1 by alice@OWN.TEST for alice@OWN.TEST: success'])
        expect((await kinit('alice', 'New.pw1')).code).toBe(0)
      })

      it('is told why not', async () => {
        await own.admin(['modprinc -policy strict alice'])
        const { stdout } = await talk(['alicepw', 'abc', 'abc'])
        expect(stdout).toContain('Please choose a password which is at least 6 characters long.')
      })
    })
  })

  it.each([
    ['MIT’s kinit', 'kinit'],
    ['tkinit', ours('tkinit')],
  ])('%s changes an expired password on the way', async (_, program) => {
    await own.admin(freshLines('oldstrict'))
    const input = 'oldPw.1\nabc\nabc\nNew.pw1\nNew.pw1\n'
    const done = await runAsync(program, ['oldstrict'], { env: own.env, input })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toContain('Password change rejected: New password is too short.\n')
    expect((await kinit('oldstrict', 'New.pw1')).code).toBe(0)
  })

  describe('failed log-ins', () => {
    const REVOKED = "kinit: Client's credentials have been revoked while getting initial credentials\n"

    beforeEach(async () => {
      await own.admin(freshLines('lock'))
      own.clock.reset()
    })
    afterAll(() => own.clock.reset())

    async function fail(times: number): Promise<void> {
      for (let i = 0; i < times; i++) expect(await kinit('lock', 'wrong')).toMatchObject({ code: 1 })
    }

    it('lock out, also from the password server, until somebody unlocks', async () => {
      await fail(2)
      expect(await kinit('lock', 'lockpw')).toMatchObject({ code: 1, stderr: REVOKED })
      const change = await runAsync('kpasswd', ['lock'], { env: own.env, input: 'lockpw\n' })
      expect(change).toMatchObject({
        code: 1,
        stderr: "kpasswd: Client's credentials have been revoked getting initial ticket\n",
      })
      await own.admin(['modprinc -unlock lock'])
      expect((await kinit('lock', 'lockpw')).code).toBe(0)
    })

    it('lock out for the time of the policy', async () => {
      await fail(2)
      own.clock.advance(110)
      expect(await kinit('lock', 'lockpw')).toMatchObject({ code: 1, stderr: REVOKED })
      own.clock.advance(20)
      expect((await kinit('lock', 'lockpw')).code).toBe(0)
    })

    it('are forgotten after the interval of the policy, and after a log-in', async () => {
      await fail(1)
      own.clock.advance(70)
      await fail(1)
      expect((await kinit('lock', 'lockpw')).code).toBe(0)
      await fail(1)
      expect((await kinit('lock', 'lockpw')).code).toBe(0)
    })

    it('are forgotten after somebody with the right set a new password', async () => {
      await fail(2)
      await own.admin(['cpw -pw otherpw lock'])
      expect((await kinit('lock', 'otherpw')).code).toBe(0)
    })
  })
})

const change = (old: string, fresh: string) => `${old}\n${fresh}\n${fresh}\n`

/** Kind of principal, what is said to kpasswd, and the last status. */
const CHANGES = [
  ['a change', 'alice', [change('alicepw', 'New.pw1')], 0],
  ['a change back and forth', 'alice', [change('alicepw', 'New.pw1'), change('New.pw1', 'alicepw')], 0],
  ['UTF-8', 'alice', [change('alicepw', 'пароль')], 0],
  ['the same password', 'alice', [change('alicepw', 'alicepw')], 0],
  ['an empty one', 'alice', [change('alicepw', '')], 2],
  ['a wrong old one', 'alice', ['wrong\n'], 1],
  ['an empty one under a policy', 'strict', [change('strictPw1', '')], 2],
  ['too short', 'strict', [change('strictPw1', 'abc')], 2],
  ['too few classes', 'strict', [change('strictPw1', 'abcdefghijk')], 2],
  ['no new one', 'slow', ['slowpw\n'], 1],
  ['a word of the dictionary', 'twice', [change('twicepw', 'XyzzyX')], 2],
  ['used before', 'strict', [change('strictPw1', 'New.pw1'), change('New.pw1', 'strictPw1')], 2],
  [
    'used once before',
    'twice',
    [change('twicepw', 'New.pw1'), change('New.pw1', 'twicepw'), change('New.pw1', 'Other.1'), change('Other.1', 'twicepw')],
    0,
  ],
  [
    'used three times before',
    'strict',
    ['1', '2', '3', '4'].map((n, i) =>
      change(`${i === 0 ? 'strictPw' : 'Next.pw'}${i === 0 ? 1 : i}`, n === '4' ? 'strictPw1' : `Next.pw${n}`),
    ),
    0,
  ],
  ['too soon', 'slow', [change('slowpw', 'New.pw1')], 2],
  ['too soon, but required', 'needslow', [change('needpw', 'New.pw1')], 0],
  ['expired', 'old', [change('oldpw', 'New.pw1')], 0],
] as const

/** The same clients and the same words against MIT's kadmind and against ours: nobody can tell which one it was. */
describeWith([mit()], 'our password server and MIT’s kadmind', () => {
  const words = scratchFolder('words')
  let own: OwnPasswordRealm
  let theirs: PeerRealm

  beforeAll(async () => {
    writeFileSync(words.file('words'), 'xyzzyx\n')
    const setup = [
      'addprinc -pw deskpw desk',
      'addprinc -pw rootpw root/admin',
      ...POLICIES,
      ...CHANGES.flatMap(([, kind], i) => newLines(kind, `change${i}`)),
    ]
    const kdcRealm = [`dict_file = ${words.file('words')}`]
    ;[own, theirs] = await Promise.all([
      startOwnPasswordRealm(setup, ACL),
      startMitPasswordRealm({ realm: 'OWN.TEST', setup, acl: ACL, kdcRealm }),
    ])
  }, 30_000)
  afterAll(async () => {
    await own?.stop()
    await theirs?.stop()
    words.remove()
  })

  const mitAdmin = async (lines: readonly string[]) => {
    const env = { ...theirs.env, KRB5_KDC_PROFILE: join(theirs.folder, 'kdc.conf') }
    const { stdout } = await runAsync('kadmin.local', ['-r', 'OWN.TEST'], { env, input: lines.map(line => `${line}\n`).join('') })
    return stdout
  }

  const SIDES = [
    { env: () => own.env, admin: (lines: readonly string[]) => own.admin(lines) },
    { env: () => theirs.env, admin: mitAdmin },
  ] as const

  /** Times differ by the seconds between two runs. */
  const leveled = (done: Finished): Finished => ({ ...done, stdout: done.stdout.replace(/(?<= )\d\d:\d\d:\d\d(?= )/g, 'TIME') })

  /** What is stored about a principal that a change touches, without its times. */
  const stored = (text: string) =>
    text
      .match(/^(?:Last modified: .*\(.*|Password expiration: \[?|Failed .*|Key: .*|Attributes:.*|Policy:.*)$/gm)
      ?.map(line => line.replace(/\w{3} \w{3} \d.* \d{4}/, 'DATE'))

  async function answers(program: string, name: string, inputs: readonly string[], env: Readonly<Record<string, string>>) {
    const done: Finished[] = []
    for (const input of inputs) {
      rmSync(join(env.KRB5CCNAME!.replace('FILE:', '')), { force: true })
      done.push(leveled(await runAsync(program, [name], { env, input })))
    }
    return done
  }

  const both = (program: string, name: string, inputs: readonly string[]) =>
    Promise.all(
      SIDES.map(async ({ env, admin }) => {
        await admin(freshLines(name))
        return answers(program, name, inputs, env())
      }),
    )

  it.each(CHANGES.map((row, i) => [row[0], i] as const))('%s', { retry: 0 }, async (_, i) => {
    const [, , inputs, code] = CHANGES[i]!
    const [mine, mits] = await Promise.all(SIDES.map(({ env }) => answers('kpasswd', `change${i}`, inputs, env())))
    expect(mine).toEqual(mits)
    expect(mine!.at(-1)!.code).toBe(code)
  })

  it('the changes leave the same in both databases', { retry: 0 }, async () => {
    const questions = CHANGES.map((_, i) => `getprinc change${i}`)
    const [mine, mits] = await Promise.all(SIDES.map(async ({ admin }) => stored(await admin(questions))))
    expect(mine).toEqual(mits)
    expect(mine!.length).toBeGreaterThan(CHANGES.length)
  })

  it('tkpasswd', async () => {
    const [mine, mits] = await both(ours('tkpasswd'), 'strict', [change('strictPw1', 'abc'), change('strictPw1', 'New.pw1')])
    expect(mine).toEqual(mits)
    expect(mine!.map(({ code }) => code)).toEqual([2, 0])
  })

  it.each([
    ['changed', 'old', ['oldpw', 'New.pw1', 'New.pw1'], 0],
    ['changed at the third try', 'oldstrict', ['oldPw.1', 'x', 'y', 'abc', 'abc', 'New.pw1', 'New.pw1'], 0],
    ['refused three times', 'oldstrict', ['oldPw.1', 'abc', 'abc', 'abcdefghijkl', 'abcdefghijkl', 'oldPw.1', 'oldPw.1'], 1],
  ] as const)('kinit with an expired password: %s', async (_, name, said, code) => {
    const [mine, mits] = await both('kinit', name, [said.map(word => `${word}\n`).join('')])
    expect(mine).toEqual(mits)
    expect(mine![0]!.code).toBe(code)
  })

  it('failures lock out and a change clears them', async () => {
    const [mine, mits] = await both('kinit', 'fast', ['wrong\n', 'wrong\n', 'fastpw\n'])
    expect(mine).toEqual(mits)
    expect(mine![2]!.stderr).toContain('revoked')
  })

  it('passwords set for somebody else, and what is refused', async () => {
    const asked = [
      ['desk', 'alice'],
      ['desk', 'root/admin'],
      ['desk', 'nobody'],
      ['root/admin', 'alice'],
      ['root/admin', 'nobody'],
    ] as const
    const [mine, mits] = await Promise.all(
      SIDES.map(async ({ env, admin }) => {
        await admin(freshLines('alice'))
        const told: unknown[] = []
        for (const [client, target] of asked) told.push(await setPassword(env(), client, target))
        return told
      }),
    )
    expect(mine).toEqual(mits)
    expect(mine).toContainEqual({ code: 0, text: '' })
    // MIT obeys, and the database can never be opened again.
    const text = 'Password not changed.\nCannot change protected principal while trying to change password.\n'
    expect(await setPassword(own.env, 'root/admin', 'K/M')).toEqual({ code: 2, text })
  })

  it('the same requests leave the same lines in the log', () => {
    const inTheirs = readFileSync(join(theirs.folder, 'kadmind.log'), 'utf8').match(/chpw request from .*/g)!
    const inOurs = own.lines.flatMap(line => line.match(/chpw request from .*/g) ?? [])
    expect(inOurs).toEqual(inTheirs)
    expect(inOurs.length).toBeGreaterThan(20)
  })
})

async function setPassword(vars: Readonly<Record<string, string>>, client: string, target: string) {
  const env = { ...nodeEnv(), vars }
  const config = await loadClientConfig(env)
  const context = { env, config, channel: realmChannel(config, env), passwords: passwordChannel(config, env) }
  const named = (name: string) => parsePrincipal(name, { defaultRealm: 'OWN.TEST' })
  const ticket = await passwordTicket(named(client), givenPassword(new Secret(encodeText(`${client.split('/')[0]}pw`))), context)
  const { code, text } = await changePassword(ticket, new Secret(encodeText('Set.pw1')), context, named(target))
  return { code, text: decodeText(text) }
}
