import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'

/** MIT's clients and ours, called by the same names, one after the other against MIT's KDC: same words, same statuses. */
let realm: PeerRealm

describeWith([mit()], 'our clients speak as MIT’s', () => {
  beforeAll(async () => {
    realm = await startMitRealm({
      setup: [
        'addprinc -pw alicepw +requires_preauth alice',
        'addprinc -pw bobpw bob',
        'addprinc -pw expired -expire 2020-01-01 gone',
        'addprinc -pw locked -allow_tix locked',
        'addprinc -pw old -pwexpire 2020-01-01 oldpw',
        'addprinc -pw soon soon',
        'modprinc -pwexpire "now + 3 days 5 hours" soon',
        'addprinc -pw hours hours',
        'modprinc -pwexpire "now + 5 hours 1 minute" hours',
        'addprinc -pw minutes minutes',
        'modprinc -pwexpire "now + 30 minutes" minutes',
        'addprinc -randkey host/h.mit.test',
      ],
    })
    realm.admin([`ktadd -k ${realm.keytab} host/h.mit.test`, `ktadd -k ${realm.keytab} -norandkey alice`])
    for (const [name, program] of Object.entries({ kinit: 'tkinit', kvno: 'tkvno', kdestroy: 'tkdestroy', klist: 'tklist' })) {
      symlinkSync(ours(program), join(realm.folder, name))
    }
  }, 30_000)
  afterAll(() => realm?.stop())

  function both(program: string, args: readonly string[], input = ''): { theirs: Finished; own: Finished } {
    const start = (path: string) => {
      rmSync(join(realm.folder, 'cc'), { force: true })
      return run(path, args, { env: realm.env, input, cwd: realm.folder })
    }
    return { theirs: start(program), own: start(join(realm.folder, program)) }
  }

  /** MIT's prompter ends the line of a password also on a pipe; what people see after that is compared. */
  it.each([
    ['success', ['alice'], 'alicepw\n'],
    ['success, without pre-authentication', ['bob'], 'bobpw\n'],
    ['told at length', ['-V', 'alice'], 'alicepw\n'],
    ['told at length, with a cache', ['-V', '-c', 'FILE:other', 'alice'], 'alicepw\n'],
    ['told at length, with a keytab', ['-V', '-k', '-t', 'keytab', 'alice'], ''],
    ['-t alone', ['-t', 'keytab', 'alice'], ''],
    ['wrong password', ['alice'], 'wrong\n'],
    ['wrong password, without pre-authentication', ['bob'], 'wrong\n'],
    ['no password at all', ['alice'], ''],
    ['unknown client', ['nobody'], 'x\n'],
    ['unknown service', ['-S', 'host/nowhere', 'alice'], 'alicepw\n'],
    ['expired client', ['gone'], 'expired\n'],
    ['disallowed client', ['locked'], 'locked\n'],
    ['missing keytab', ['-k', '-t', 'nothing', 'alice'], ''],
    ['keytab without the client', ['-k', '-t', 'keytab', 'bob'], ''],
    ['unknown keytab type', ['-k', '-t', 'NOSUCH:x', 'alice'], ''],
    ['malformed name', ['a@b@c'], ''],
    ['unknown realm', ['alice@NOWHERE.TEST'], ''],
    ['unknown cache type', ['-c', 'NOSUCH:x', 'alice'], ''],
    ['cache that cannot be written', ['-c', 'FILE:/nonexistent/cc', 'alice'], 'alicepw\n'],
    ['password expires in days', ['soon'], 'soon\n'],
    ['password expires in hours', ['hours'], 'hours\n'],
    ['password expires in minutes', ['minutes'], 'minutes\n'],
    ['another service', ['-S', 'kadmin/changepw', 'soon'], 'soon\n'],
    ['-l beyond what is allowed', ['-l', '30d', '-r', '30d', '-f', '-p', 'alice'], 'alicepw\n'],
    ['negative life', ['-l', '-10s', 'alice'], 'alicepw\n'],
    ['empty cache name', ['-c', '', 'alice'], 'alicepw\n'],
  ] as const)('kinit: %s', (_, args, input) => {
    const { theirs, own } = both('kinit', args, input)
    expect(own).toEqual(theirs)
  })

  it('kinit without a name takes the cache’s principal', () => {
    expect(run('kinit', ['alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
    const theirs = run('kinit', ['-V'], { env: realm.env, input: 'alicepw\n' })
    const own = run(join(realm.folder, 'kinit'), ['-V'], { env: realm.env, input: 'alicepw\n' })
    expect(own).toEqual(theirs)
  })

  it('kinit: a wrong password leaves the cache alone, octet by octet', () => {
    expect(run(ours('tkinit'), ['alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
    const before = readFileSync(join(realm.folder, 'cc'))
    expect(run(ours('tkinit'), ['alice'], { env: realm.env, input: 'no\n' }).code).toBe(1)
    expect(readFileSync(join(realm.folder, 'cc')).equals(before)).toBe(true)
  })

  it.each([['-f'], ['-f', '-p', '-r', '3d'], ['-l', '1h', '-a'], ['-A', '-r', '10h', '-l', '5h']])(
    'kinit %s %s %s %s asks for what MIT asks for',
    (...words) => {
      const listing = (kinit: string) => {
        rmSync(join(realm.folder, 'cc'), { force: true })
        expect(run(kinit, [...words.filter(word => word !== undefined), 'alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
        const text = run('klist', ['-feanC'], { env: realm.env }).stdout
        const times = [...text.matchAll(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g)].map(([time]) => Date.parse(`${time} UTC`) / 1000)
        return {
          text: text.replace(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g, 'TIME'),
          lives: times.slice(1).map(time => Math.round((time - times[0]!) / 10)),
        }
      }
      expect(listing(join(realm.folder, 'kinit'))).toEqual(listing('kinit'))
    },
  )

  it.each([
    ['one', ['host/h.mit.test']],
    ['several, one unknown', ['host/h.mit.test', 'host/unknown', 'alice']],
    ['malformed', ['a@b@c', 'host/h.mit.test']],
    ['with the keytab', ['-k', 'keytab', 'host/h.mit.test']],
    ['with a keytab that does not open it', ['-k', 'keytab', 'bob', 'host/h.mit.test']],
    ['with a missing keytab', ['-k', 'nothing', 'host/h.mit.test']],
    ['with an unknown keytab type', ['-k', 'NOSUCH:x', 'host/h.mit.test']],
    ['quietly', ['-q', 'host/h.mit.test', 'host/unknown']],
    ['in another realm', ['host/x@NOWHERE.TEST']],
    ['without a cache', ['-c', 'FILE:nothing', 'host/h.mit.test']],
    ['with the TGT itself', ['krbtgt/MIT.TEST']],
  ] as const)('kvno: %s', (_, args) => {
    const asks = (path: string) => {
      expect(run('kinit', ['alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
      return run(path, args, { env: realm.env, cwd: realm.folder })
    }
    expect(asks(join(realm.folder, 'kvno'))).toEqual(asks('kvno'))
  })

  it.each([
    ['the default cache', []],
    ['quietly', ['-q']],
    ['a cache by name', ['-c', 'cc']],
    ['a missing one', ['-c', 'nothing']],
    ['all', ['-A']],
    ['by principal', ['-p', 'alice']],
    ['by another principal', ['-p', 'bob']],
    ['by a malformed principal', ['-p', 'a@b@c']],
    ['an unknown type', ['-c', 'NOSUCH:x']],
  ] as const)('kdestroy: %s', (_, args) => {
    const does = (path: string) => {
      expect(run('kinit', ['alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
      const done = run(path, args, { env: realm.env, cwd: realm.folder })
      return { done, left: run('klist', ['-s'], { env: realm.env }).code }
    }
    expect(does(join(realm.folder, 'kdestroy'))).toEqual(does('kdestroy'))
  })

  it('what MIT finds broken in krb5.conf is broken for us', () => {
    const broken = join(realm.folder, 'broken.conf')
    writeFileSync(broken, '[libdefaults\n default_realm = X\n')
    for (const [program, args] of [
      ['klist', []],
      ['kinit', ['alice']],
      ['kvno', ['x']],
      ['kdestroy', []],
    ] as const) {
      const env = { ...realm.env, KRB5_CONFIG: broken }
      expect(run(join(realm.folder, program), args, { env })).toEqual(run(program, args, { env }))
    }
  })
})
