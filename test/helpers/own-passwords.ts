import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadAcl } from '../../src/admin/acl/load.ts'
import { granting } from '../../src/admin/acl/match.ts'
import { openDatabase } from '../../src/admin/local/database.ts'
import { adminContext } from '../../src/admin/local/local-admin.ts'
import { knownMasterKeys, masterKeysFrom } from '../../src/admin/local/master-keys.ts'
import { listenForPasswords } from '../../src/admin/server/password/listen.ts'
import { createPasswordServer } from '../../src/admin/server/password/server.ts'
import { loadKdcConfig } from '../../src/core/config/kdc-conf.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { MemoryReplayCache } from '../../src/core/rcache/replay-cache.ts'
import { loadZone } from '../../src/core/time/zone.ts'
import { servedRealm } from '../../src/kdc/served-realm.ts'
import { startKdc } from '../../src/kdc/server/daemon.ts'
import { LIMITS } from '../../src/kdc/server/limits.ts'
import { openListener } from '../../src/kdc/server/listener.ts'
import { nodeEnv, systemClock } from '../../src/platform/node-env.ts'
import { VirtualClock } from '../../src/realm/virtual-clock.ts'
import { addRealmRelations } from './mit-passwords.ts'
import { clientEnv, writeClientConfig } from './mit-realm.ts'
import { ours } from './own-realm.ts'
import { run, runAsync } from './process.ts'
import { scratchFolder } from './scratch.ts'

export interface OwnPasswordRealm {
  readonly realm: string
  readonly folder: string
  readonly port: number
  readonly passwordPort: number
  /** For clients. */
  readonly env: Readonly<Record<string, string>>
  /** The same with a password server that has UDP only. */
  readonly udpEnv: Readonly<Record<string, string>>
  /** The time of both servers; clients keep the system's. */
  readonly clock: VirtualClock
  /** Of the password server. */
  readonly lines: string[]
  /** One run of tkadmin.local. */
  admin(lines: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Our KDC and our password server in this process: clients have to be run without blocking it. */
export async function startOwnPasswordRealm(setup: readonly string[], acl: readonly string[] = []): Promise<OwnPasswordRealm> {
  const realm = 'OWN.TEST'
  const scratch = scratchFolder('passwords')
  const { file } = scratch
  writeFileSync(file('kadm5.acl'), acl.map(line => `${line}\n`).join(''))
  writeFileSync(
    file('kdc.conf'),
    `[realms]
 ${realm} = {
  database_name = ${file('principal')}
  key_stash_file = ${file('stash')}
  acl_file = ${file('kadm5.acl')}
  dict_file = ${file('words')}
  supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal aes256-cts-hmac-sha384-192:normal aes128-cts-hmac-sha256-128:normal
 }
`,
  )
  writeFileSync(file('words'), 'xyzzyx\n')
  writeClientConfig(scratch.path, realm, [])
  const serverVars = { ...clientEnv(scratch.path), KRB5_KDC_PROFILE: file('kdc.conf') }
  run(ours('tkdb5_util'), ['create', '-s', '-P', 'master', '-r', realm], { env: serverVars })
  const admin = async (lines: readonly string[]) => {
    const input = lines.map(line => `${line}\n`).join('')
    const { stdout, stderr } = await runAsync(ours('tkadmin.local'), ['-r', realm], { env: serverVars, input })
    return stdout + stderr
  }
  await admin(setup)

  const clock = new VirtualClock(systemClock())
  const env = { ...nodeEnv(), vars: serverVars, clock }
  const config = await loadKdcConfig(env, realm)
  const store = await openDatabase(config)
  const masterKeys = await masterKeysFrom(store, config, await knownMasterKeys(config, env), env)
  const free = [{ address: '127.0.0.1', port: 0 }]
  const kdcLog = { write: () => undefined, flush: () => undefined }
  const kdc = await startKdc({ realms: [servedRealm(config, store, masterKeys)], env, udp: free, tcp: free, log: kdcLog })
  const rules = await loadAcl(config, env.files)
  const lines: string[] = []
  const parts = {
    context: adminContext({ store, masterKeys, config, caller: parsePrincipal('root/admin', { defaultRealm: realm }) }, env),
    replayCache: new MemoryReplayCache({ clockskew: 300 }),
    mayChange: (client: Parameters<typeof granting>[2], target: typeof client) => granting(rules, 'c', client, target) !== undefined,
    zone: await loadZone(env),
    log: (level: string, text: string) => void lines.push(`${level} ${text}`),
    writeDown: () => true,
  }
  const passwords = await listenForPasswords({ ...parts, listen: free })
  const byUdp = await openListener({
    ...{ ...parts, handler: createPasswordServer(parts), udp: free, tcp: [], backlog: 0, limits: LIMITS },
    tooLong: () => new Uint8Array(0),
  })
  const [port, passwordPort, udpPort] = [kdc, passwords, byUdp].map(({ endpoints }) => endpoints[0]!.port) as [number, number, number]
  const clientAt = (folder: string, kpasswd: number) => {
    writeClientConfig(folder, realm, [`127.0.0.1:${port}`])
    addRealmRelations({ env: clientEnv(folder), realm }, [`kpasswd_server = 127.0.0.1:${kpasswd}`])
    return clientEnv(folder)
  }
  return {
    realm,
    folder: scratch.path,
    port,
    passwordPort,
    env: clientAt(scratch.path, passwordPort),
    udpEnv: clientAt(join(scratch.path, 'udp'), udpPort),
    clock,
    lines,
    admin,
    async stop() {
      await Promise.all([passwords, byUdp, kdc].map(server => server.close()))
      await store.close()
      scratch.remove()
    },
  }
}
