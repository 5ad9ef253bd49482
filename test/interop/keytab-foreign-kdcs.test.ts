import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, heimdal } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'
import { type SambaRealm, samba, startSambaRealm } from '../helpers/samba-realm.ts'

/** Keytabs by password for accounts whose salt is not what their name suggests: P5 of every forum. */
describeWith([samba()], 'the keytab workshop on Active Directory (Samba)', () => {
  let realm: SambaRealm
  beforeAll(async () => {
    realm = await startSambaRealm({
      setup: ['user create Svc-Web Passw0rd.Svc', 'spn add HTTP/web.ad.test Svc-Web', 'user create plain Passw0rd.Plain'],
    })
    for (const [file, password] of [
      ['svc', 'Passw0rd.Svc'],
      ['plain', 'Passw0rd.Plain'],
    ] as const) {
      writeFileSync(join(realm.folder, file), `${password}\n`, { mode: 0o600 })
    }
  }, 120_000)
  afterAll(() => realm?.stop())

  const tool = (...words: string[]): Finished => realm.run(ours('tktutil'), words)
  const path = (name: string) => join(realm.folder, name)
  const verify = (keytab: string, ...words: string[]) => {
    const done = tool('--keytab', path(keytab), 'verify', '--json', ...words)
    const { entries } = JSON.parse(done.stdout) as { entries: { verdict: string; why: string | null; etype: string }[] }
    return { code: done.code, entries }
  }

  it('makes keys in any case of the name that log in at the first try', () => {
    for (const name of ['Svc-Web', 'svc-web']) {
      const made = tool('--keytab', path(name), 'addent', '-password', '-p', name, '-f', '-e', 'all', '--password-file', path('svc'))
      expect(made).toMatchObject({ code: 0, stderr: '' })
      expect(realm.run(ours('tkinit'), ['-k', '-t', path(name), name])).toMatchObject({ code: 0 })
      expect(verify(name).code).toBe(0)
    }
  })

  it('makes keys of a service with the salt of its account', () => {
    const words = ['addent', '-password', '-p', 'HTTP/web.ad.test', '-a', 'svc-web', '-f', '-e', 'all', '--password-file', path('svc')]
    expect(tool('--keytab', path('web'), ...words)).toMatchObject({ code: 0, stderr: '' })
    realm.run(ours('tkinit'), ['plain'], { input: 'Passw0rd.Plain\n' })
    expect(realm.run(ours('tkvno'), ['-k', path('web'), 'HTTP/web.ad.test'])).toMatchObject({ code: 0 })
    const found = verify('web')
    expect(found.entries.map(({ verdict }) => verdict)).toContain('valid')
    expect(found.code).toBe(0)
  })

  it('sees the salt that was guessed wrong, and that the RC4 key is right', () => {
    const words = ['addent', '-password', '-p', 'svc-web', '-k', '2', '-e', 'aes256-cts,rc4-hmac', '--password-file', path('svc')]
    expect(tool('--keytab', path('guessed'), ...words).code).toBe(0)
    const { code, entries } = verify('guessed', '-password', '--password-file', path('svc'))
    expect(code).toBe(1)
    expect(entries[0]!.verdict).toBe('wrong-key')
    expect(entries[0]!.why).toContain('made with the salt "AD.TESTsvc-web" instead of the KDC\'s "AD.TESTSvc-Web"')
  })
})

describeWith([heimdal()], 'the keytab workshop on Heimdal', () => {
  let realm: PeerRealm
  beforeAll(async () => {
    // Without pre-authentication Heimdal 7 says no parameters, and nobody logs in with a password and the SHA-2 enctypes.
    const user = ['add --use-defaults --password=pw user', 'modify --attributes=requires-pre-auth user']
    realm = await startHeimdalRealm({ setup: [...user, 'add --use-defaults --random-key HTTP/web'] })
    writeFileSync(join(realm.folder, 'pw'), 'pw\n', { mode: 0o600 })
  })
  afterAll(() => realm?.stop())

  const tool = (...words: string[]): Finished => run(ours('tktutil'), ['--keytab', realm.keytab, ...words], { env: realm.env })

  it('makes keys that log in, and checks what Heimdal extracted', () => {
    expect(tool('addent', '-password', '-p', 'user', '-f', '-e', 'all', '--password-file', join(realm.folder, 'pw'))).toMatchObject({
      code: 0,
    })
    realm.admin([`ext_keytab -k ${realm.keytab} HTTP/web`])
    const done = tool('verify', '--json')
    const { entries, lacking } = JSON.parse(done.stdout) as { entries: { verdict: string }[]; lacking: object[] }
    expect(new Set(entries.map(({ verdict }) => verdict))).toEqual(new Set(['valid']))
    expect(entries.length).toBeGreaterThan(4)
    expect(lacking).toEqual([])
    expect(done.code).toBe(0)
  })
})
