import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heimdalKcm, type KcmDaemon, sssdKcm, startHeimdalKcm, startSssdKcm } from '../helpers/kcm-daemon.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit, type Peer } from '../helpers/peers.ts'
import { type Finished, type RunOptions, run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { type KeyringSession, keyringSession, keyrings } from '../helpers/session-keyring.ts'

/** Caches of every kind that MIT's programs and ours write, list, switch and destroy in turns: nobody can tell who did what. */
const scratch = scratchFolder('collections')
let realm: PeerRealm
let sssd: KcmDaemon | undefined
let heimdal: KcmDaemon | undefined
let session: KeyringSession | undefined

interface Place {
  readonly title: string
  readonly peers: readonly Peer[]
  readonly name: () => string
  readonly socket?: () => string | undefined
  readonly inSession?: boolean
}

const PLACES: readonly Place[] = [
  { title: 'DIR', peers: [], name: () => `DIR:${scratch.file('dir')}` },
  { title: 'KCM by sssd', peers: [sssdKcm()], name: () => 'KCM:', socket: () => sssd?.socket },
  { title: 'KCM by Heimdal', peers: [heimdalKcm()], name: () => 'KCM:', socket: () => heimdal?.socket },
  { title: 'KEYRING of a session', peers: [keyrings()], name: () => 'KEYRING:session:test', inSession: true },
  { title: 'KEYRING of the old kind', peers: [keyrings()], name: () => 'KEYRING:old', inSession: true },
  { title: 'KEYRING of a user', peers: [keyrings()], name: () => `KEYRING:user:${USER_COLLECTION}` },
  { title: 'KEYRING that persists', peers: [keyrings()], name: () => `KEYRING:persistent:${54321 + (process.pid % 1000)}` },
]

beforeAll(async () => {
  if (!mit().present) return
  realm = await startMitRealm({
    setup: ['alice', 'bob', 'carol', 'dave']
      .map(name => `addprinc -pw pw ${name}`)
      .concat(['svc1', 'svc2'].map(name => `addprinc -randkey ${name}`)),
  })
  for (const program of PROGRAMS) symlinkSync(ours(`t${program}`), scratch.file(program))
  if (sssdKcm().present) sssd = await startSssdKcm()
  if (heimdalKcm().present) heimdal = await startHeimdalKcm()
  if (keyrings().present) session = await keyringSession()
})
afterAll(async () => {
  await Promise.all([sssd?.stop(), heimdal?.stop(), session?.end(), realm?.stop()])
  if (keyrings().present)
    run('keyctl', ['unlink', run('keyctl', ['search', '@u', 'keyring', `_krb_${USER_COLLECTION}`]).stdout.trim(), '@u'])
  scratch.remove()
})

describe.each(PLACES)('$title', place => {
  describeWith([mit(), ...place.peers], 'written by both sides', () => {
    const env = () => ({
      KRB5_CONFIG: `${configFor(place.socket?.())}:${realm.env.KRB5_CONFIG!}`,
      KRB5CCNAME: place.name(),
      TZ: 'UTC',
    })
    const call = (program: string, args: readonly string[], options: RunOptions = {}) =>
      (place.inSession ? session!.run : run)(program, args, { env: env(), ...options })
    const theirs = (program: (typeof PROGRAMS)[number], ...args: string[]) =>
      call(program, args, program === 'kinit' ? { input: 'pw\n' } : {})
    const own = (program: (typeof PROGRAMS)[number], ...args: string[]) =>
      call(scratch.file(program), args, program === 'kinit' ? { input: 'pw\n' } : {})
    const bothSay = (program: (typeof PROGRAMS)[number], ...args: string[]): Finished => {
      const said = theirs(program, ...args)
      expect(own(program, ...args), `${program} ${args.join(' ')}`).toEqual(said)
      return said
    }
    const primary = () => bothSay('klist').stdout.match(/Default principal: (\w+)@/)?.[1]
    const listed = () =>
      bothSay('klist', '-l')
        .stdout.split('\n')
        .slice(2, -1)
        .map(line => line.split('@', 1)[0]!)
    const compare = (listings = OVERVIEW, ...name: string[]) => {
      for (const options of listings) bothSay('klist', ...options, ...name)
    }

    it('starts with nothing', () => {
      expect(listed()).toEqual([])
      expect(bothSay('klist').code).toBe(1)
      compare(words('-l', '-A', '-s', '-s -A'))
      expect(bothSay('kswitch', '-p', 'alice').stderr).toContain('Matching credential not found')
      expect(bothSay('kdestroy', '-A')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    })

    it('log-ins: each client its cache, the last one is the primary', () => {
      expect(theirs('kinit', '-f', 'alice').code).toBe(0)
      compare()
      expect(own('kinit', '-V', '-r', '2d', 'bob').stderr).toMatch(/^Using new cache: \S+\nUsing principal: bob@/)
      expect(primary()).toBe('bob')
      compare()
      expect(theirs('kinit', '-V', '-p', 'carol').stderr).toMatch(/^Using new cache: /)
      expect(primary()).toBe('carol')
      expect(listed().sort()).toEqual(['alice', 'bob', 'carol'])
      compare()
    })

    it('log-ins again: the same cache is used, and becomes the primary', () => {
      const name = (client: string) => bothSay('klist', '-l').stdout.match(new RegExp(`^${client}@\\S+ +(\\S+)`, 'm'))![1]!
      const [alice, bob] = [name('alice'), name('bob')]
      expect(own('kinit', '-V', 'alice').stderr).toContain(`Using existing cache: ${alice.slice(alice.indexOf(':') + 1)}\n`)
      expect([primary(), name('alice')]).toEqual(['alice', alice])
      expect(theirs('kinit', '-V', 'bob').stderr).toContain(`Using existing cache: ${bob.slice(bob.indexOf(':') + 1)}\n`)
      expect([primary(), name('bob')]).toEqual(['bob', bob])
      // A cache that was named stays as primary as it was, unless the daemon has a mind of its own (sssd's makes it the primary one).
      const primaries = [theirs, own].map(side => {
        bothSay('kswitch', '-p', 'carol')
        expect(side('kinit', '-c', alice, 'alice').code).toBe(0)
        return primary()
      })
      expect(primaries[1]).toBe(primaries[0])
      bothSay('kswitch', '-p', 'bob')
      compare()
    })

    it('service tickets of both', () => {
      expect(theirs('kvno', 'svc1').stdout).toBe('svc1@MIT.TEST: kvno = 1\n')
      expect(own('kvno', 'svc1', 'svc2').stdout).toBe('svc1@MIT.TEST: kvno = 1\nsvc2@MIT.TEST: kvno = 1\n')
      expect(theirs('kvno', '--cached-only', 'svc1', 'svc2').code).toBe(0)
      expect(
        bothSay('klist')
          .stdout.match(/svc\d@/g)!
          .sort(),
      ).toEqual(['svc1@', 'svc2@'])
      compare(LISTINGS)
    })

    it('switches', () => {
      expect(own('kswitch', '-p', 'carol')).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(primary()).toBe('carol')
      expect(theirs('kswitch', '-p', 'alice').code).toBe(0)
      expect(primary()).toBe('alice')
      const bob = bothSay('klist', '-l').stdout.match(/^bob@\S+ +(\S+)/m)![1]!
      expect(own('kswitch', '-c', bob)).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(primary()).toBe('bob')
      compare(words('-Cfe', '-l'), bob)
      bothSay('kswitch', '-p', 'dave')
    })

    it('destroys, and tells of the others', () => {
      expect(own('kdestroy', '-p', 'alice')).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(listed().sort()).toEqual(['bob', 'carol'])
      expect(own('kdestroy')).toEqual({ code: 0, stdout: '', stderr: 'Other credential caches present, use -A to destroy all\n' })
      expect(listed()).toEqual(['carol'])
      bothSay('kdestroy', '-p', 'bob')
      compare()
      expect(theirs('kinit', 'dave').code).toBe(0)
      expect(own('kdestroy', '-q').stderr).toBe('')
      expect(own('kinit', 'alice').code).toBe(0)
      expect(own('kdestroy', '-A')).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(listed()).toEqual([])
      expect(theirs('kinit', 'alice').code).toBe(0)
      expect(theirs('kdestroy', '-A').code).toBe(0)
      expect(listed()).toEqual([])
      bothSay('kdestroy')
    })

    it('-s: what counts as good', () => {
      expect(own('kinit', '-l', '1s', 'alice').code).toBe(0)
      run('sleep', ['1.1'])
      const status = (...options: string[]) => bothSay('klist', '-s', ...options).code
      expect(status()).toBe(1)
      bothSay('klist', '-l')
      expect(theirs('kinit', 'bob').code).toBe(0)
      expect([status(), status('-A')]).toEqual([0, 0])
      bothSay('klist', '-l')
      own('kdestroy', '-A')
    })
  })
})

/** A krb5.conf with nothing but the daemon's socket, to be read before the realm's. */
function configFor(socket: string | undefined): string {
  const folder = scratch.file(`conf-${socket === undefined ? 'none' : socket.replaceAll('/', '-')}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/krb5.conf`, `[libdefaults]\n kcm_socket = ${socket ?? '-'}\n`)
  return `${folder}/krb5.conf`
}

const USER_COLLECTION = `tkrb5-test-${process.pid}`
const PROGRAMS = ['kinit', 'klist', 'kvno', 'kswitch', 'kdestroy'] as const
const LISTINGS = words('-f', '-e', '-a -n', '-C', '-d', '-Cfead -n', '-l', '-A -Cfe', '-s -A', '-c')
const OVERVIEW = words('-l', '-A -C')

function words(...lines: string[]): string[][] {
  return lines.map(line => line.split(' ').filter(Boolean))
}
