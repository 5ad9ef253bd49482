import { randomBytes } from 'node:crypto'
import type { AdminApi } from '../../src/admin/api.ts'
import { adminContext, localAdmin } from '../../src/admin/local/local-admin.ts'
import type { AdminContext } from '../../src/admin/run/context.ts'
import { loadKdcConfig } from '../../src/core/config/kdc-conf.ts'
import { randomKey } from '../../src/core/crypto/encrypted-data.ts'
import type { Env, Files } from '../../src/core/env.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { memoryStore } from '../../src/kdc/store/index.ts'
import { MasterKey, MasterKeys } from '../../src/kdc/store/master-key.ts'
import { memoryFiles } from './memory-files.ts'

export interface MemoryAdmin {
  readonly api: AdminApi
  readonly context: AdminContext
  /** The clock that entries are stamped with; it stands still unless moved. */
  readonly clock: { seconds: number }
}

/** Administration of a realm R that lives in memory, with kdc.conf's lines for it and more files if need be. */
export async function memoryAdmin(lines: readonly string[] = [], files: Readonly<Record<string, string>> = {}): Promise<MemoryAdmin> {
  const clock = { seconds: 1_795_295_953 }
  const kdcConf = `[realms]\n R = {\n${lines.map(line => `  ${line}\n`).join('')} }\n`
  const contents = { '/etc/krb5kdc/kdc.conf': kdcConf, '/etc/krb5.conf': '[libdefaults]\n default_realm = R\n', ...files }
  const random = (length: number) => new Uint8Array(randomBytes(length))
  const env = {
    vars: { TZ: 'UTC0' },
    files: memoryFiles(contents) as Files,
    clock: { now: () => ({ seconds: clock.seconds, micros: 0 }) },
    random,
  } as unknown as Env
  const config = await loadKdcConfig(env)
  const masterKeys = new MasterKeys([new MasterKey(1, randomKey(18, random))])
  const context = adminContext({ store: memoryStore(), masterKeys, config, caller: parsePrincipal('root/admin@R') }, env)
  return { api: localAdmin(context), context, clock }
}
