import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { runAsync } from '../helpers/process.ts'

/** MIT's kinit at MIT's KDC and at ours, side by side: what it says, what the KDC logs, what the entry counts. */
const REALM = 'LOGIN.TEST'
const SETUP = [
  'addpol -maxfailure 3 -lockoutduration 3s -failurecountinterval 0 briefly',
  'addpol -maxfailure 3 -lockoutduration 0 -failurecountinterval 2s forgetful',
  'addpol -maxfailure 2 -lockoutduration 0 -failurecountinterval 0 forever',
  ...['briefly', 'forgetful', 'forever'].map(policy => `addprinc -pw right -policy ${policy} +requires_preauth ${policy}`),
  'addprinc -pw right +needchange changing',
  'addprinc -pw right -pwexpire 2020-01-01 stale',
  'addprinc -pw right -expire 2020-01-01 gone',
  'addprinc -pw right -allow_tix barred',
  'addprinc -pw right +requires_hwauth hard',
  'addprinc -pw right plain',
  'addprinc -pw right -allow_svr host/user',
  'addprinc -pw right -expire 2020-01-01 host/gone',
  'addprinc -pw right host/strict',
  'setstr host/strict require_auth otp',
]

describeWith([mit()], "MIT's kinit at two KDCs", () => {
  let sides: readonly PeerRealm[]

  beforeAll(async () => {
    sides = await Promise.all([startMitRealm({ realm: REALM, setup: SETUP }), startOwnRealm({ realm: REALM, setup: SETUP })])
  })
  afterAll(async () => {
    await Promise.all(sides?.map(side => side.stop()) ?? [])
  })

  it.each([
    ['a password that has to be changed', 'changing', []],
    ['an expired password', 'stale', []],
    ['an expired client', 'gone', []],
    ['a client without tickets', 'barred', []],
    ['a client who needs hardware', 'hard', []],
    ['an unknown client', 'nobody', []],
    ['an unknown server', 'plain', ['-S', 'host/none']],
    ['a server that is no service', 'plain', ['-S', 'host/user']],
    ['an expired server', 'plain', ['-S', 'host/gone']],
    ['a server that wants an indicator', 'plain', ['-S', 'host/strict']],
    ['postdated', 'plain', ['-s', '10m', '-l', '20m']],
  ])('%s', async (_name, client, options) => {
    await both(options, client)
  })

  it('a lock that opens after its time', async () => {
    for (const password of ['wrong', 'wrong', 'wrong', 'right', 'wrong']) await both([], 'briefly', password)
    await counts('briefly', 3)
    await setTimeout(4000)
    await both([], 'briefly')
    await counts('briefly', 0)
  })

  it('failures that are forgotten', async () => {
    for (const password of ['wrong', 'wrong']) await both([], 'forgetful', password)
    await setTimeout(3500)
    for (const password of ['wrong', 'wrong', 'right']) await both([], 'forgetful', password)
    await counts('forgetful', 0)
  })

  it('a lock that an administrator opens', async () => {
    for (const password of ['wrong', 'wrong', 'right']) await both([], 'forever', password)
    await counts('forever', 2)
    for (const side of sides) side.admin(['modprinc -unlock forever'])
    // Failures in the second of the unlocking do not count.
    await setTimeout(1100)
    for (const password of ['wrong', 'right']) await both([], 'forever', password)
    await counts('forever', 0)
  })

  /** Runs kinit at both and compares; the log is looked at as soon as kinit has ended. */
  async function both(options: readonly string[], client: string, password = 'right'): Promise<void> {
    const [theirs, ours] = await Promise.all(
      sides.map(async ({ env, log }) => {
        const before = readFileSync(log, 'utf8').length
        const { code, stdout, stderr } = await runAsync('kinit', [...options, client], { env, input: `${password}\n` })
        return { code, stdout, stderr, log: lines(readFileSync(log, 'utf8').slice(before)) }
      }),
    )
    expect(ours).toEqual(theirs)
    expect(ours!.log.length).toBeGreaterThan(0)
  }

  async function counts(client: string, failures: number): Promise<void> {
    for (const side of sides) expect(side.admin([`getprinc ${client}`])).toContain(`Failed password attempts: ${failures}\n`)
  }
})

/** What the two programs have to say alike: without prefix and time, and without the line that only ours writes. */
function lines(log: string): string[] {
  return log
    .split('\n')
    .map(line => line.replace(/^.*?\]\(\w+\): /, '').replace(/authtime \d+/, 'authtime N'))
    .filter(line => line !== '' && !line.startsWith('LIMITS:') && !/^closing down fd/.test(line))
}
