import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, heimdal, heimdalEnv, heimdalProgram, mit, mitAdmin } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { type Federation, type FederationClient, PASSWORD, startFederation } from '../helpers/trust.ts'

/** tkadmin.local trust: realms of ours with realms of others, by the printed steps; what verify says of planted faults. */
const OUT = 'krbtgt/MIT.TEST@OURS.TEST'
const IN = 'krbtgt/OURS.TEST@MIT.TEST'

describeWith([mit()], 'a trust with a realm of MIT, by the printed steps', () => {
  let realms: Federation
  let user: FederationClient
  let file: string

  beforeAll(async () => {
    realms = await startFederation({
      members: {
        'OURS.TEST': { make: 'own', users: ['alice'], services: ['host/x.ours.test'] },
        'MIT.TEST': { make: 'mit', users: ['bob'], services: ['host/x.mit.test'] },
      },
      trusts: [],
    })
    user = realms.client('user', { sections: ['[domain_realm]', ' x.ours.test = OURS.TEST', ' x.mit.test = MIT.TEST'] })
    file = join(user.folder, 'instructions')
    expect(ourAdmin(['trust', 'add', 'MIT.TEST', '--instructions', file]).code).toBe(0)
    follow(file, (command, answers) => mitAdmin(command, answers))
  }, 60_000)
  afterAll(() => realms?.stop())

  const ourAdmin = (words: readonly string[], input = '', config = join(user.folder, 'krb5.conf')) => {
    const { env, folder } = realms.realm('OURS.TEST')
    return run(ours('tkadmin.local'), words, { env: { ...env, KRB5_CONFIG: config, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') }, input })
  }
  /** A command as the instructions print it, or only its query. */
  const mitAdmin = (command: string, input = '') => {
    const query = /^kadmin\.local -r MIT\.TEST -q "(.*)"$/.exec(command)?.[1] ?? command
    const { env, folder } = realms.realm('MIT.TEST')
    const done = run('kadmin.local', ['-r', 'MIT.TEST', '-q', query], {
      env: { ...env, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') },
      input,
    })
    expect(done.stderr.replace(/^delete_principal: Principal does not exist.*\n/m, '')).not.toContain(' while ')
  }
  const verify = (more: readonly string[] = [], config?: string) =>
    JSON.parse(ourAdmin(['--json', 'trust', 'verify', 'MIT.TEST', ...more], '', config).stdout)
  const faults = (...more: string[]) =>
    verify(more).faults.map(({ fault, principal, side }: Record<string, string>) => [fault, principal, side])
  const reach = (name: string, service: string, program: (args: string[], input?: string) => { code: number | null; stdout: string }) => {
    expect(user.run('kinit', [name], `${PASSWORD}\n`).code).toBe(0)
    return program([service]).stdout
  }
  /** The trust as it was before, on both sides. */
  const restore = () => {
    expect(ourAdmin(['trust', 'add', 'MIT.TEST', '--replace', '--from', file]).code).toBe(0)
    for (const name of [OUT, IN]) mitAdmin(`delprinc -force ${name}`)
    follow(file, (command, answers) => mitAdmin(command, answers))
  }

  it('lets users of both realms reach services of the other, and is proved by verify', () => {
    expect(ourAdmin(['trust', 'verify', 'MIT.TEST'])).toMatchObject({ code: 0, stderr: '' })
    expect(verify()).toMatchObject({ proved: true, ways: [{ state: 'proved' }, { state: 'proved' }], faults: [] })
    expect(reach('alice@OURS.TEST', 'host/x.mit.test@MIT.TEST', args => user.run('kvno', args))).toContain('kvno = 1')
    expect(reach('bob@MIT.TEST', 'host/x.ours.test@OURS.TEST', args => user.own('tkvno', args))).toContain('kvno = 1')
  })

  it('has its passwords in a file that only its owner reads, is not written over, and in no other place', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const before = readFileSync(file, 'utf8')
    const again = ourAdmin(['trust', 'add', 'MIT.TEST', '--replace', '--instructions', file])
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('File exists while adding the trust with MIT.TEST')
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(verify().proved).toBe(true)
    const passwords = [...before.matchAll(/^ {2}answer {2}(\S+)$/gm)].map(match => match[1]!)
    expect(new Set(passwords).size).toBe(2)
    const shown = [['list'], ['show', 'MIT.TEST'], ['verify', 'MIT.TEST']]
      .map(words => ourAdmin(['--json', 'trust', ...words]).stdout)
      .join('')
    for (const password of passwords) expect(shown).not.toContain(password)
  })

  it('is listed with kvno and enctypes', () => {
    const { trusts } = JSON.parse(ourAdmin(['--json', 'trust', 'list']).stdout)
    const half = { kvno: 1, etypes: ['aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha1-96'], allowed: true }
    expect(trusts).toMatchObject([{ realm: 'MIT.TEST', twoWay: true, out: { ...half, principal: OUT }, in: { ...half, principal: IN } }])
  })

  describe('verify finds what is wrong', () => {
    it.each([
      ['their half missing, out', () => mitAdmin(`delprinc -force ${OUT}`), [], [['their-half-missing', OUT, 'MIT.TEST']]],
      ['their half missing, in', () => mitAdmin(`delprinc -force ${IN}`), [], [['their-half-missing', IN, 'MIT.TEST']]],
      ['our half missing, in', () => ourAdmin(['delprinc', IN]), [], [['our-half-missing', IN, 'OURS.TEST']]],
      ['our half missing, and theirs not wanted', () => ourAdmin(['delprinc', IN]), ['--one-way', 'out'], []],
      ['our half missing, out', () => ourAdmin(['delprinc', OUT]), ['--one-way', 'out'], [['our-half-missing', OUT, 'OURS.TEST']]],
      ['keys differ, out', () => mitAdmin(`cpw -pw another ${OUT}`), [], [['keys-differ', OUT, 'MIT.TEST']]],
      ['keys differ, in', () => mitAdmin(`cpw -pw another ${IN}`), [], [['keys-differ', IN, 'MIT.TEST']]],
      [
        'keys alone differ, kvno and enctypes do not',
        () => {
          for (const name of [OUT, IN]) mitAdmin(`cpw -pw another ${name}`)
          for (const name of [OUT, IN]) mitAdmin(`modprinc -kvno 1 ${name}`)
        },
        [],
        [['keys-differ', OUT, 'MIT.TEST']],
      ],
      [
        'kvno differs, both ways',
        () => {
          mitAdmin(`modprinc -kvno 3 ${OUT}`)
          mitAdmin(`modprinc -kvno 4 ${IN}`)
        },
        [],
        [
          ['kvno-differs', OUT, 'OURS.TEST'],
          ['kvno-differs', IN, 'OURS.TEST'],
        ],
      ],
      [
        'enctypes do not overlap, out',
        () => {
          mitAdmin(`cpw -e aes256-cts-hmac-sha384-192:normal -pw another ${OUT}`)
          mitAdmin(`modprinc -kvno 1 ${OUT}`)
        },
        [],
        [['etypes-differ', OUT, 'MIT.TEST']],
      ],
      [
        'enctypes do not overlap, in',
        () => {
          mitAdmin(`cpw -e aes256-cts-hmac-sha384-192:normal -pw another ${IN}`)
          mitAdmin(`modprinc -kvno 1 ${IN}`)
        },
        [],
        [['etypes-differ', IN, 'OURS.TEST']],
      ],
    ] as const)('%s', (_, plant, more, expected) => {
      restore()
      plant()
      expect(faults(...more)).toEqual(expected)
    })

    it('and with its next step the trust works again', () => {
      restore()
      mitAdmin(`modprinc -kvno 7 ${OUT}`)
      const [{ next }] = verify().faults
      expect(next).toBe(`modprinc -kvno 7 ${OUT}`)
      expect(ourAdmin(next.split(' ')).code).toBe(0)
      expect(verify().proved).toBe(true)
    })

    it('a KDC that is not there, and one of another realm', () => {
      const config = (port: number) => {
        const path = join(user.folder, `krb5-${port}.conf`)
        const text = readFileSync(join(user.folder, 'krb5.conf'), 'utf8')
        writeFileSync(path, text.replace(`127.0.0.1:${realms.realm('MIT.TEST').port}`, `127.0.0.1:${port}`))
        return path
      }
      const nobody = verify([], config(1))
      expect(nobody).toMatchObject({
        proved: false,
        ways: [{ state: 'unproved' }, { state: 'unproved' }],
        faults: [{ fault: 'unreachable' }],
      })
      expect(verify([], config(realms.realm('OURS.TEST').port)).faults).toMatchObject([{ fault: 'other-realm', side: 'OURS.TEST' }])
    })
  })

  it('one way, is proved with the tickets of a user of the other realm', () => {
    restore()
    ourAdmin(['trust', 'remove', '--one-way', 'out', 'MIT.TEST'])
    expect(verify().ways).toMatchObject([{ state: 'absent' }, { state: 'unproved' }])
    expect(user.run('kinit', ['bob@MIT.TEST'], `${PASSWORD}\n`).code).toBe(0)
    const tickets = ['--credentials', user.env.KRB5CCNAME!]
    expect(verify(tickets)).toMatchObject({ proved: true, ways: [{ state: 'absent' }, { state: 'proved' }] })
  })

  it('takes a password that the other administrator has chosen', () => {
    ourAdmin(['trust', 'remove', 'MIT.TEST'])
    for (const name of [OUT, IN]) {
      mitAdmin(`delprinc -force ${name}`)
      mitAdmin(`addprinc -kvno 5 -pw chosen-by-mit ${name}`)
    }
    const typed = ourAdmin(
      ['trust', 'add', 'MIT.TEST', '--ask', '--kvno', '5', '--etypes', 'aes256-cts,aes128-cts'],
      'chosen-by-mit\nchosen-by-mit\n',
    )
    expect(typed.code, typed.stderr).toBe(0)
    expect(verify().proved).toBe(true)
  })
})

describeWith([mitAdmin()], 'a trust with a realm whose kadmind we may use', () => {
  it('has random keys in both, entered in one command, and is proved', async () => {
    const theirs = await startMitRealm({
      realm: 'MIT.TEST',
      acl: ['admin/admin@MIT.TEST *'],
      setup: ['addprinc -pw secret admin/admin', 'addprinc -pw password bob'],
    })
    const realms = await startFederation({ members: { 'OURS.TEST': { make: 'own' } }, trusts: [] })
    try {
      const { env, folder } = realms.realm('OURS.TEST')
      const config = join(folder, 'both.conf')
      const conf = readFileSync(join(theirs.folder, 'krb5.conf'), 'utf8')
      const mits = conf.slice(conf.indexOf('[realms]'))
      writeFileSync(config, `${readFileSync(join(folder, 'krb5.conf'), 'utf8')}\n${mits}`)
      const settings = { ...env, KRB5_CONFIG: config, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') }
      const add = run(ours('tkadmin.local'), ['--json', 'trust', 'add', 'MIT.TEST', '--other-admin', 'admin/admin'], {
        env: settings,
        input: 'secret\n',
      })
      expect(add.code, add.stderr + add.stdout).toBe(0)
      expect(JSON.parse(add.stdout)).toMatchObject({
        both: true,
        proved: true,
        proof: { ways: [{ state: 'proved' }, { state: 'proved' }] },
      })
      expect(theirs.admin([`getprinc ${IN}`])).toContain('Key: vno 1, aes256-cts-hmac-sha1-96')
      // From the other side, by a kadmind that lets nobody extract keys: with the tickets of a user.
      const cache = `FILE:${join(folder, 'bob')}`
      expect(run('kinit', ['-c', cache, 'bob@MIT.TEST'], { env: settings, input: 'password\n' }).code).toBe(0)
      const back = ['-r', 'MIT.TEST', '-p', 'admin/admin@MIT.TEST', '--json', 'trust', 'verify', 'OURS.TEST', '--credentials', cache]
      const proof = run(ours('tkadmin'), back, { env: settings, input: 'secret\n' })
      expect(proof.code, proof.stderr + proof.stdout).toBe(0)
      expect(JSON.parse(proof.stdout)).toMatchObject({ proved: true, ways: [{ state: 'proved' }, { state: 'proved' }] })
    } finally {
      await realms.stop()
      await theirs.stop()
    }
  }, 30_000)
})

describeWith([heimdal()], 'a trust with a realm of Heimdal, by the printed steps', () => {
  it('is proved, and what is wrong with it is named', async () => {
    const realms = await startFederation({ members: { 'OURS.TEST': { make: 'own' }, 'HEIM.TEST': { make: 'heimdal' } }, trusts: [] })
    try {
      const user = realms.client('user')
      const file = join(user.folder, 'instructions')
      const { env, folder } = realms.realm('OURS.TEST')
      const settings = { ...env, KRB5_CONFIG: join(user.folder, 'krb5.conf'), KRB5_KDC_PROFILE: join(folder, 'kdc.conf') }
      expect(run(ours('tkadmin.local'), ['trust', 'add', 'HEIM.TEST', '--instructions', file], { env: settings }).code).toBe(0)
      const config = join(realms.realm('HEIM.TEST').folder, 'heimdal.conf')
      follow(
        file,
        (command, answers) => {
          const [, ...words] = command.split(' ')
          const done = run(heimdalProgram('kadmin'), ['-c', config, ...words], {
            env: { ...heimdalEnv(), KRB5_CONFIG: config },
            input: answers,
          })
          expect(done.code, done.stderr).toBe(0)
        },
        'Heimdal',
      )
      const verify = () => JSON.parse(run(ours('tkadmin.local'), ['--json', 'trust', 'verify', 'HEIM.TEST'], { env: settings }).stdout)
      expect(verify()).toMatchObject({ proved: true, faults: [] })
      const { admin } = realms.realm('HEIM.TEST')
      const out = 'krbtgt/HEIM.TEST@OURS.TEST'
      const faults = () => verify().faults.map(({ fault, principal, side }: Record<string, string>) => [fault, principal, side])
      admin([`cpw --password=another ${out}`])
      expect(faults()).toEqual([['keys-differ', out, 'HEIM.TEST']])
      admin([`del_enctype ${out} aes256-cts-hmac-sha1-96`])
      expect(faults()).toEqual([['etypes-differ', out, 'HEIM.TEST']])
      admin([`delete ${out}`])
      expect(faults()).toEqual([['their-half-missing', out, 'HEIM.TEST']])
    } finally {
      await realms.stop()
    }
  }, 30_000)
})

/** Carries out what the file says for one kind of server: `run` lines, each with what its password question is answered with, twice. */
function follow(file: string, perform: (command: string, answers: string) => void, kind = 'MIT Kerberos'): void {
  const section = readFileSync(file, 'utf8')
    .split('\n\n')
    .find(text => text.startsWith(kind))!
  const steps = [...section.matchAll(/^ {2}run {5}(.*)\n(?: {2}answer {2}(.*)\n?)?/gm)]
  expect(steps.length).toBeGreaterThan(0)
  for (const [, command, answer] of steps) perform(command!, answer === undefined ? '' : `${answer}\n${answer}\n`)
}
