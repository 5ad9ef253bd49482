import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, heimdal, mit } from '../helpers/peers.ts'
import { type Finished, run, runAsync } from '../helpers/process.ts'

/**
 * Every way that a ticket can go, on three KDCs. What MIT's clients can do too they do beside ours, with the same KDC: the same words
 * and statuses, the same flags and lives. Everything is short-lived, and all ways are gone at the same time.
 */
interface Kdc {
  readonly name: string
  readonly peers: readonly ReturnType<typeof mit>[]
  readonly start: () => Promise<PeerRealm>
  readonly extract: (realm: PeerRealm, principal: string) => void
  /** What only our client asks for: the flags that this KDC gives, or its refusal. What is absent it cannot come to. */
  readonly elsewhere: Readonly<Partial<Record<Elsewhere, string>>>
}

type Elsewhere = keyof typeof ELSEWHERE

/** A way is steps with a blank between the words: `I` is kinit with alice's keytab, `V` kvno, `W` waiting for seconds. */
const WAYS = {
  plain: ['I'],
  forwardable: ['I -f'],
  proxiable: ['I -p'],
  'renewable, forwardable, proxiable': ['I -f -p -r 2h -l 1h'],
  'more than is allowed': ['I -l 30d -r 30d'],
  'more life than the principal may have': ['I -l 1h -r 3h short'],
  'without asking for renewal, cut': ['I -l 5h short'],
  'postdated, renewable, forwardable': ['I -s 1h -r 5h -f'],
  'postdated to the past': ['I -s -1h'],
  'a principal that may not be forwarded': ['I -f nofwd'],
  'a principal without proxies': ['I -p noprox'],
  'a principal without renewal': ['I -r 2h noren'],
  'a principal without postdating': ['I -s 1h nopost'],
  canonicalized: ['I -C -f'],
  'for a service': ['I -S host/x -f -r 2h'],
  used: ['I -f -p -r 2h', 'V host/x'],
  'used with an enctype': ['I', 'V -e aes128-cts host/x'],
  'used by a host’s name': ['I', 'V -S host x'],
  'used after its end': ['I -l 3s', 'W 5', 'V host/x'],
  'postdated, used before its start': ['I -s 1h', 'V host/x'],
  'postdated, used without validation': ['I -s 3s', 'W 5', 'V host/x'],
  'validated before its start': ['I -s 1h', 'I -v'],
  'validated after its start': ['I -s 3s -f -r 2h', 'W 5', 'I -v'],
  'validated and used': ['I -s 3s -f -r 2h', 'W 5', 'I -v', 'V host/x'],
  'validated twice': ['I -s 3s', 'W 5', 'I -v', 'I -v'],
  'valid, validated': ['I', 'I -v'],
  'postdated, renewed before its start': ['I -s 1h -r 5h', 'I -R'],
  'postdated, renewed before validation': ['I -s 3s -r 5h', 'W 5', 'I -R'],
  'renewed before its end': ['I -f -p -l 1h -r 5h', 'W 2', 'I -R'],
  'renewed after its end': ['I -l 3s -r 1h', 'W 5', 'I -R'],
  'renewed after its renew-till': ['I -l 3s -r 4s', 'W 6', 'I -R'],
  'renewed up to its renew-till': ['I -l 40s -r 42s', 'W 4', 'I -R'],
  'not renewable, renewed': ['I', 'I -R'],
  'renewed and used': ['I -f -l 1h -r 5h', 'I -R', 'V host/x'],
  'for a service, renewed': ['I -S host/x -l 1h -r 5h', 'I -R -S host/x'],
  'user-to-user': ['I', 'V --u2u cc alice'],
  'user-to-user with a service': ['I', 'V --u2u cc host/x'],
  'user-to-user, renewable': ['I -f -r 2h', 'V --u2u cc --out-cache out alice'],
} as const

/** What no program of MIT's asks for. The tickets are in the cache `out`. */
const ELSEWHERE = {
  forwarded: ['I -f -p -r 2h', 'V --forwarded --addresses 127.0.0.1 --out-cache out'],
  'forwarded for everywhere': ['I -f', 'V --forwarded --out-cache out'],
  'forwarded without the right': ['I', 'V --forwarded --out-cache out'],
  'forwarded twice': ['I -f', 'V --forwarded --out-cache out', 'V -c out --forwarded --out-cache out'],
  'forwarded and used here': ['I -f', 'V --forwarded --addresses 127.0.0.1 --out-cache out', 'V -c out host/x'],
  'forwarded and used elsewhere': ['I -f', 'V --forwarded --addresses 192.0.2.1 --out-cache out', 'V -c out host/x'],
  proxy: ['I -f -p -r 2h', 'V --proxy --addresses 192.0.2.1 --out-cache out host/x'],
  'proxy without the right': ['I', 'V --proxy --out-cache out host/x'],
  'service ticket renewed': ['I -r 2h', 'V --out-cache out host/x', 'V -c out --renew host/x'],
  'service ticket postdated': ['I --postdatable', 'V --start-time 1h --out-cache out host/x'],
  'service ticket postdated without the right': ['I', 'V --start-time 1h --out-cache out host/x'],
  'service ticket postdated and validated': [
    'I --postdatable',
    'V --start-time 1s --out-cache out host/x',
    'W 3',
    'V -c out --validate host/x',
  ],
} as const

const REFUSED = "KDC can't fulfill requested option"
const MITS_FLAGS = {
  forwarded: 'FfPRAT 127.0.0.1',
  'forwarded for everywhere': 'FfAT',
  'forwarded without the right': REFUSED,
  'forwarded twice': 'FfAT',
  'forwarded and used here': 'FfAT 127.0.0.1, FfAT 127.0.0.1',
  'forwarded and used elsewhere': 'Incorrect net address',
  proxy: 'FPpRAT 192.0.2.1',
  'proxy without the right': REFUSED,
  'service ticket renewed': 'RAT',
  'service ticket postdated without the right': REFUSED,
}

const MIT_SETUP = [
  'addprinc -pw pw +requires_preauth alice',
  'addprinc -pw pw -maxlife 10minutes -maxrenewlife 1hour short',
  'addprinc -pw pw -allow_forwardable nofwd',
  'addprinc -pw pw -allow_proxiable noprox',
  'addprinc -pw pw -allow_renewable noren',
  'addprinc -pw pw -allow_postdated nopost',
  'addprinc -randkey host/x',
]
const USERS = ['alice', 'short', 'nofwd', 'noprox', 'noren', 'nopost']

const KDCS: readonly Kdc[] = [
  {
    name: "MIT's krb5kdc",
    peers: [mit()],
    start: () => startMitRealm({ setup: MIT_SETUP }),
    extract: (realm, principal) => realm.admin([`ktadd -k ${realm.keytab} -norandkey ${principal}`]),
    elsewhere: {
      ...MITS_FLAGS,
      // Version 1.20 lets it start at once, and says so in the reply.
      'service ticket postdated': 'KDC reply did not match expectations',
    },
  },
  {
    name: 'tkrb5kdc',
    peers: [mit()],
    start: () => startOwnRealm({ setup: MIT_SETUP }),
    extract: (realm, principal) => realm.admin([`ktadd -k ${realm.keytab} -norandkey ${principal}`]),
    elsewhere: {
      ...MITS_FLAGS,
      'service ticket postdated': 'DdiAT',
      'service ticket postdated and validated': 'DdAT',
    },
  },
  {
    name: "Heimdal's kdc",
    peers: [mit(), heimdal()],
    start: () =>
      startHeimdalRealm({
        setup: [
          ...USERS.map(name => `add --use-defaults -p pw ${name}`),
          'modify --attributes=requires-pre-auth alice',
          'modify --max-ticket-life=10minutes --max-renewable-life=1hour short',
          'modify --attributes=disallow-forwardable nofwd',
          'modify --attributes=disallow-proxiable noprox',
          'modify --attributes=disallow-renewable noren',
          'modify --attributes=disallow-postdated nopost',
          'add --use-defaults -r host/x',
        ],
      }),
    extract: (realm, principal) => realm.admin([`ext_keytab -k ${realm.keytab} ${principal}`]),
    elsewhere: {
      ...MITS_FLAGS,
      // It takes no renewable flag along, and renews and validates nothing but ticket-granting tickets.
      forwarded: 'FfPAT 127.0.0.1',
      proxy: 'FPpAT 192.0.2.1',
      'service ticket renewed': 'KDC policy rejects request',
      'service ticket postdated': 'DdiAT',
      'service ticket postdated and validated': 'KDC policy rejects request',
    },
  },
]

type Side = 'theirs' | 'own'

interface Gone {
  /** Of the last step. */
  readonly said: Finished
  readonly tickets: readonly Ticket[]
  readonly out: readonly Ticket[]
}

/** As klist shows it; lives in minutes. */
interface Ticket {
  readonly server: string
  readonly flags: string
  readonly life: number
  readonly renewable: number | undefined
  readonly endsAtRenewTill: boolean
  readonly addresses: string
}

for (const kdc of KDCS) {
  describeWith(kdc.peers, `the life of tickets on ${kdc.name}`, () => {
    let realm: PeerRealm
    const gone = new Map<string, Gone>()
    const elsewhere = Object.keys(kdc.elsewhere) as Elsewhere[]

    beforeAll(async () => {
      realm = await kdc.start()
      for (const name of USERS) kdc.extract(realm, name)
      const jobs = [
        ...Object.entries(WAYS).flatMap(([name, steps]) => (['theirs', 'own'] as const).map(side => ({ side, name, steps }))),
        ...elsewhere.map(name => ({ side: 'own' as const, name, steps: ELSEWHERE[name] })),
      ]
      await inParallel(jobs, async ({ side, name, steps }, i) => {
        gone.set(`${side} ${name}`, await go(realm, join(realm.folder, `way${i}`), side, steps))
      })
    }, 120_000)
    afterAll(() => realm?.stop())

    it.each(Object.keys(WAYS))('%s: as with MIT’s clients', name => {
      expect(gone.get(`own ${name}`)).toEqual(gone.get(`theirs ${name}`))
    })

    it.each(elsewhere)('%s', name => {
      const { said, out } = gone.get(`own ${name}`)!
      const tickets = out.map(({ flags, addresses }) => (addresses === '(none)' ? flags : `${flags} ${addresses}`)).join(', ')
      const complaint = /^kvno: (.*?) while /m.exec(said.stderr)?.[1]
      expect(complaint ?? tickets).toBe(kdc.elsewhere[name])
    })

    it('a ticket for elsewhere lives as long as it is said to, and never longer than the first', () => {
      for (const name of ['forwarded', 'proxy'] as const) {
        const { tickets, out } = gone.get(`own ${name}`)!
        expect(out.map(({ life }) => life)).toEqual([tickets[0]!.life])
      }
    })
  })
}

/** Goes one way in a folder of its own, so that caches have the same names everywhere. */
async function go(realm: PeerRealm, folder: string, side: Side, steps: readonly string[]): Promise<Gone> {
  mkdirSync(folder)
  const env = { ...realm.env, KRB5CCNAME: 'FILE:cc' }
  let said: Finished | undefined
  for (const step of steps) {
    const [letter, ...words] = step.split(' ')
    if (letter === 'W') {
      await sleep(Number(words[0]) * 1000)
      continue
    }
    const program = letter === 'I' ? 'kinit' : 'kvno'
    const args = letter === 'V' || ['-R', '-v'].includes(words[0]!) ? words : ['-k', '-t', realm.keytab, ...withUser(words)]
    said = leveled(await runAsync(side === 'own' ? ours(`t${program}`) : program, args, { env, cwd: folder }))
  }
  return { said: said!, tickets: ticketsIn('cc', realm, folder), out: ticketsIn('out', realm, folder) }
}

function withUser(words: readonly string[]): readonly string[] {
  return USERS.includes(words.at(-1) ?? '') ? words : [...words, 'alice']
}

function leveled({ code, stdout, stderr }: Finished): Finished {
  return { code, stdout, stderr: stderr.replace(/^t?(kinit|kvno):/gm, '$1:') }
}

function ticketsIn(cache: string, realm: PeerRealm, folder: string): readonly Ticket[] {
  if (!existsSync(join(folder, cache))) return []
  const listing = run('klist', ['-fan', cache], { env: realm.env, cwd: folder }).stdout
  return listing
    .split(/^(?=\d\d\/\d\d\/\d\d )/m)
    .slice(1)
    .map(entry => {
      const [start = 0, end = 0, renewTill] = [...entry.matchAll(/(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d)/g)].map(
        ([time]) => Date.parse(`${time} UTC`) / 1000,
      )
      return {
        server: /^.{38}(\S+)/.exec(entry)?.[1] ?? '',
        flags: /Flags: (\w*)/.exec(entry)?.[1] ?? '',
        life: Math.round((end - start) / 60),
        renewable: renewTill === undefined ? undefined : Math.round((renewTill - start) / 60),
        endsAtRenewTill: end === renewTill,
        addresses: /Addresses: (.*)/.exec(entry)?.[1] ?? '',
      }
    })
}

async function inParallel<T>(jobs: readonly T[], work: (job: T, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let i = next++; i < jobs.length; i = next++) await work(jobs[i]!, i)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}

const PARALLEL = 16
