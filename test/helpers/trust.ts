import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startHeimdalRealm } from './heimdal-realm.ts'
import { clientEnv, type PeerRealm, startMitRealm } from './mit-realm.ts'
import { ours, startOwnRealm } from './own-realm.ts'
import { heimdalEnv, heimdalProgram } from './peers.ts'
import { type Finished, run, runAsync } from './process.ts'
import { type Scratch, scratchFolder } from './scratch.ts'

type Make = 'own' | 'mit' | 'heimdal'

interface Member {
  readonly make: Make
  /** Names that get a password, `PASSWORD`, or random keys (services). */
  readonly users?: readonly string[]
  readonly services?: readonly string[]
  /** Whole sections for krb5.conf of the KDC: [capaths], [domain_realm]. */
  readonly sections?: readonly string[]
  /** Lines for the realm's stanza in kdc.conf (ours and MIT's). */
  readonly kdcRealm?: readonly string[]
}

interface FederationOptions {
  readonly members: Readonly<Record<string, Member>>
  /** `A -> B`: users of A reach services of B (krbtgt/B@A in both); `A <-> B`: both ways. */
  readonly trusts: readonly string[]
}

/** Realms of several makes that trust one another. */
export interface Federation {
  readonly realms: ReadonlyMap<string, PeerRealm>
  realm(name: string): PeerRealm
  /** What a KDC of ours has written down, event by event (docs/audit.md). */
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
  audit(name: string): readonly any[]
  /** Another user of these realms: a krb5.conf that knows all KDCs, with these sections, and a cache of its own. */
  client(name: string, options?: { readonly realm?: string; readonly sections?: readonly string[] }): FederationClient
  /** Adds one half of a trust, or both. */
  addKrbtgt(principal: string, where: readonly string[], password: string): Promise<void>
  stop(): Promise<void>
}

export interface FederationClient {
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  /** Where all programs write what they do. */
  readonly trace: string
  run(program: string, args: readonly string[], input?: string): Finished
  /** Ours, from bin/. */
  own(program: string, args: readonly string[], input?: string): Finished
}

/** Starts all realms side by side, each with its own KDC, and enters the trusts on both sides. */
export async function startFederation({ members, trusts }: FederationOptions): Promise<Federation> {
  const scratch = scratchFolder('trust')
  const names = Object.keys(members)
  const auditFile = (name: string) => scratch.file(`${name}.audit`)
  const krbtgts = trusts.flatMap(halvesOf)
  const started = await Promise.all(
    names.map(name => START[members[name]!.make]({ realm: name, ...settingsOf(members[name]!, auditFile(name)) })),
  )
  const realms = new Map(names.map((name, index) => [name, started[index]!]))
  const realm = (name: string) => realms.get(name)!
  const addAll = async (name: string, entries: readonly Entry[]) => ADD[members[name]!.make](realm(name), entries)
  await Promise.all(
    names.map(name =>
      addAll(name, [
        ...(members[name]!.users ?? []).map(user => ({ name: `${user}@${name}`, password: PASSWORD })),
        ...(members[name]!.services ?? []).map(service => ({ name: `${service}@${name}` })),
        ...krbtgts.filter(({ from, to }) => from === name || to === name).map(({ from, to }) => trustEntry(`krbtgt/${to}@${from}`)),
      ]),
    ),
  )
  return {
    realms,
    realm,
    audit: name =>
      readFileSync(auditFile(name), 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    client: (name, options = {}) => client(scratch, name, names.map(realm), options),
    async addKrbtgt(principal, where, password) {
      for (const name of where) await addAll(name, [{ name: principal, password }])
    },
    async stop() {
      await Promise.all(started.map(one => one.stop()))
      scratch.remove()
    },
  }
}

/** The password of every user. */
export const PASSWORD = 'Pw-of-Users1'

interface Entry {
  readonly name: string
  /** Absent: random keys. */
  readonly password?: string
}

/** MIT's and Heimdal's KDCs do not know the name `audit`. */
function settingsOf({ sections = [], kdcRealm = [] }: Member, audit: string) {
  return { sections: [...sections, '[logging]', ` audit = FILE:${audit}`], kdcRealm }
}

/** Same name, same salt: the same password gives the same key on both sides. */
function trustEntry(name: string): Entry {
  return { name, password: `Secret of ${name}` }
}

function halvesOf(trust: string): readonly { readonly from: string; readonly to: string }[] {
  const match = /^(\S+) (<?)-> (\S+)$/.exec(trust)
  if (match === null) throw new Error(`no trust: ${trust}`)
  const [, from, back, to] = match as unknown as [string, string, string, string]
  return back === ''
    ? [{ from, to }]
    : [
        { from, to },
        { from: to, to: from },
      ]
}

/** All in one call of the administration program, which reads its commands. */
async function addByKadmin(program: string, { folder, realm, env }: PeerRealm, entries: readonly Entry[]): Promise<void> {
  const lines = entries.map(({ name, password }) => `addprinc ${password === undefined ? '-randkey' : `-pw "${password}"`} ${name}`)
  const settings = { ...env, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') }
  const done = await runAsync(program, ['-r', realm], { env: settings, input: `${lines.join('\n')}\n` })
  const made = done.stdout.split('\n').filter(line => line.includes(' created.')).length
  if (made !== entries.length) throw new Error(`${program}: ${done.stdout}${done.stderr}`)
}

/** One call for each: in one call the names would get different keys. */
async function addByHeimdal({ folder, realm }: PeerRealm, entries: readonly Entry[]): Promise<void> {
  const config = join(folder, 'heimdal.conf')
  for (const { name, password } of entries) {
    const key = password === undefined ? ['--random-key'] : [`--password=${password}`]
    const done = await runAsync(heimdalProgram('kadmin'), ['-l', '-c', config, '-r', realm, 'add', '--use-defaults', ...key, name], {
      env: { ...heimdalEnv(), KRB5_CONFIG: config },
    })
    if (done.code !== 0) throw new Error(`kadmin add ${name}: ${done.stdout}${done.stderr}`)
  }
}

function client(
  scratch: Scratch,
  name: string,
  realms: readonly PeerRealm[],
  { realm = realms[0]!.realm, sections = [] }: { readonly realm?: string; readonly sections?: readonly string[] },
): FederationClient {
  const folder = scratch.file(name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'krb5.conf'),
    `[libdefaults]
 default_realm = ${realm}
 dns_lookup_kdc = false
 dns_uri_lookup = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
${realms.map(({ realm, port }) => ` ${realm} = {\n  kdc = 127.0.0.1:${port}\n }\n`).join('')}${sections.map(line => `${line}\n`).join('')}`,
  )
  const trace = join(folder, 'trace')
  const env = { ...clientEnv(folder), KRB5_TRACE: trace }
  const settings = (input: string | undefined) => ({ env, ...(input !== undefined && { input }) })
  return {
    env,
    folder,
    trace,
    run: (program, args, input) => run(program, args, settings(input)),
    own: (program, args, input) => run(ours(program), args, settings(input)),
  }
}

const START = { own: startOwnRealm, mit: startMitRealm, heimdal: startHeimdalRealm } as const

const ADD = {
  own: (realm: PeerRealm, entries: readonly Entry[]) => addByKadmin(ours('tkadmin.local'), realm, entries),
  mit: (realm: PeerRealm, entries: readonly Entry[]) => addByKadmin('kadmin.local', realm, entries),
  heimdal: addByHeimdal,
} as const
