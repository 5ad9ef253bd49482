import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { clientPaths } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { prepareRealm } from '../../realm/prepare.ts'
import type { RealmOptions } from './flags.ts'
import { type NamedRealm, namedRealm } from './folder.ts'
import { firstSteps, type Wishes } from './interactive.ts'
import { type RealmStatus, realmStatus } from './status.ts'

export interface UpResult extends RealmStatus {
  /** It ran before. */
  readonly already: boolean
  /** The configuration that programs find before this realm's; null when none does. */
  readonly otherConfiguration: string | null
}

/** Makes the realm when it is not there, starts its process when it does not run. */
export async function up(options: RealmOptions, env: Env): Promise<UpResult> {
  const wishes: Wishes = options.interactive ? await firstSteps(options, env) : { realm: options.realm }
  const named = namedRealm(wishes.realm, env)
  const before = await realmStatus(named)
  if (before.state === 'up') return { ...before, already: true, otherConfiguration: await otherConfiguration(named, env) }
  await prepareRealm({ realm: named.realm, port: options.port, administration: true }, named.files, env)
  if (wishes.user !== undefined) await wishes.user(named)
  const status = await start(named, options.clock)
  return { ...status, already: false, otherConfiguration: await otherConfiguration(named, env) }
}

/** A process of its own, in the background; resolves when it listens. What it says when it cannot is our failure. */
async function start(named: NamedRealm, clock: boolean): Promise<RealmStatus> {
  const words = ['serve', '--realm', named.realm, ...(clock ? ['--clock'] : [])]
  const child = spawn(process.execPath, [process.argv[1]!, ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: '/',
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  let ended = false
  child.once('close', () => {
    ended = true
  })
  for (;;) {
    const status = await realmStatus(named)
    if (status.state === 'up') {
      child.stderr.destroy()
      child.unref()
      return status
    }
    if (ended) throw startFailure(named, complaint)
    await pause(POLL_MS)
  }
}

function startFailure({ realm }: NamedRealm, complaint: string): KrbError {
  const reason = complaint.trim().replace(/^[^:]*: /, '') || 'its process ended at once'
  const hints = /address already in use/i.test(reason)
    ? ['another program has the port: "tkrealm up --port N" moves the realm, all its ports']
    : []
  return new KrbError('KRB5_KDC_UNREACH', { realm }, { text: `Realm ${realm} did not start: ${reason}`, hints })
}

async function otherConfiguration({ files }: NamedRealm, env: Env): Promise<string | null> {
  const [first] = await clientPaths(env)
  return first === undefined || first === files.krb5Conf ? null : first
}

const POLL_MS = 15
