import { writeFileSync } from 'node:fs'
import { ours } from './own-realm.ts'
import { type Finished, run } from './process.ts'
import { type Scratch, scratchFolder } from './scratch.ts'

/** A realm CLI.TEST without servers: configuration in a folder of its own, and a database once `create` was called. */
export interface LocalDatabase {
  readonly scratch: Scratch
  readonly env: Readonly<Record<'KRB5_CONFIG' | 'KRB5_KDC_PROFILE' | 'KRB5CCNAME' | 'USER' | 'TZ' | 'PATH', string>>
  /** tkadmin.local. */
  local(args: readonly string[], input?: string): Finished
  /** tkdb5_util. */
  util(args: readonly string[], input?: string): Finished
  /** Throws when that fails, or says anything on standard error. */
  create(): void
}

export function localDatabase(name: string): LocalDatabase {
  const scratch = scratchFolder(name)
  const env = {
    KRB5_CONFIG: scratch.file('krb5.conf'),
    KRB5_KDC_PROFILE: scratch.file('kdc.conf'),
    KRB5CCNAME: `FILE:${scratch.file('cc')}`,
    USER: 'root',
    TZ: 'UTC',
    PATH: process.env.PATH!,
  }
  const util = (args: readonly string[], input = '') => run(ours('tkdb5_util'), args, { env, input })
  return {
    scratch,
    env,
    local: (args, input = '') => run(ours('tkadmin.local'), args, { env, input }),
    util,
    create() {
      writeFileSync(env.KRB5_CONFIG, '[libdefaults]\n default_realm = CLI.TEST\n dns_lookup_kdc = false\n')
      writeFileSync(
        env.KRB5_KDC_PROFILE,
        `[realms]\n CLI.TEST = {\n  database_name = ${scratch.file('principal')}\n  key_stash_file = ${scratch.file('stash')}\n }\n`,
      )
      const { code, stderr } = util(['create', '-s', '-P', 'master'])
      if (code !== 0 || stderr !== '') throw new Error(`tkdb5_util create ended with ${code}: ${stderr}`)
    },
  }
}
