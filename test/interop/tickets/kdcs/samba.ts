import { join } from 'node:path'
import { PYTHON } from '../../../helpers/peers.ts'
import { runAsync } from '../../../helpers/process.ts'
import { startSambaRealm } from '../../../helpers/samba-realm.ts'
import { DAY, ENTRIES, type Entry, FAILURES, HOUR, PASSWORD, SKEW } from '../entries.ts'
import type { Kdc } from './kdc.ts'

/** An AD domain: accounts instead of entries, with limits of the domain only. */
export async function sambaKdc(): Promise<Kdc> {
  const realm = await startSambaRealm({ libdefaults: [`clockskew = ${SKEW}`] })
  const lacking = new Map(ENTRIES.flatMap(entry => reasonFor(entry)))
  const run: Kdc['run'] = (program, args, options) =>
    runAsync(...realm.inside(program, args), { ...options, env: { ...realm.env, ...options.env } })
  const accounts = ENTRIES.filter(({ name }) => !lacking.has(name)).map(accountOf)
  const script = join(import.meta.dirname, 'samba-accounts.py')
  const wanted = JSON.stringify({ configuration: join(realm.folder, 'etc/smb.conf'), failures: FAILURES, accounts })
  const done = await run(PYTHON, [script], { input: wanted, timeoutMs: 60_000 })
  if (done.code !== 0) throw new Error(`samba-accounts.py: ${done.stderr}`)
  return {
    id: 'samba',
    realm: realm.realm,
    folder: realm.folder,
    env: realm.env,
    clientAddress: realm.address,
    address: `${realm.host}:${realm.port}`,
    limits: { life: { seconds: 10 * HOUR, name: 'domain' }, renewableLife: { seconds: 7 * DAY, name: 'domain' } },
    lacking,
    names: new Map([['svc/no-svr', 'svc-no-svr']]),
    run,
    stop: realm.stop,
  }
}

function reasonFor({ name, kind, attribute, maxLife }: Entry): readonly (readonly [string, string])[] {
  if (maxLife !== undefined) return [[name, 'accounts have no lives of their own']]
  if (attribute !== undefined && CONTROL[kind][attribute] === undefined) return [[name, 'accounts have no such attribute']]
  return []
}

function accountOf(entry: Entry) {
  const { name, kind, attribute } = entry
  return {
    account: name.replace('/', '-'),
    password: PASSWORD,
    // An account without a service name is no service, user-to-user neither.
    service: kind === 'service' ? (attribute === '-allow_svr' ? null : name) : name === 'bob' ? 'user/bob' : null,
    control: attribute === undefined ? 0 : (CONTROL[kind][attribute] ?? 0),
    mustChange: attribute === '+needchange' || entry.passwordExpired === true,
    expired: entry.expired === true,
  }
}

/** kadmin's words as bits of userAccountControl ([MS-ADTS] §2.2.16). */
const CONTROL: Readonly<Record<Entry['kind'], Readonly<Record<string, number>>>> = {
  user: {
    '-allow_forwardable': 0x100000,
    '-allow_proxiable': 0x100000,
    '-allow_tix': 0x2,
    '-requires_preauth': 0x400000,
    '+needchange': 0,
  },
  service: { '-allow_tix': 0x2, '-allow_svr': 0, '+ok_as_delegate': 0x80000 },
}
