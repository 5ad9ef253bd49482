import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, heimdal } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'

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
