import type { AdminApi } from '../admin/api.ts'
import type { TrustReport } from '../admin/client/trust/report.ts'
import { verifyTrust } from '../admin/client/trust/verify.ts'
import { VERBS } from '../admin/language/index.ts'
import { openLocalAdmin } from '../admin/local/local-admin.ts'
import { type Direction, halfOf } from '../admin/trust/halves.ts'
import { joinDatabases } from '../admin/trust/join.ts'
import { listTrusts, trustWith } from '../admin/trust/list.ts'
import { sameBytes } from '../core/bytes/bytes.ts'
import { encodeText } from '../core/bytes/text.ts'
import { loadKdcConfig } from '../core/config/kdc-conf.ts'
import { loadClientConfig } from '../core/config/krb5-conf.ts'
import type { Env } from '../core/env.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import { realmChannel } from '../platform/channel.ts'
import { neighboursText, type RealmFiles } from './layout.ts'
import { insideRealm } from './prepare.ts'

/** A realm of this machine by its folder. */
export interface RealmFolder {
  readonly realm: string
  readonly files: RealmFiles
}

/** Between two realms of this machine: whose users go where, seen from the first. */
export interface RealmsTrust {
  readonly first: RealmFolder
  readonly second: RealmFolder
  readonly directions: readonly Direction[]
}

/**
 * Gives both databases the same random keys, where they do not share them already, and tells clients of each where the other's KDC is. The
 * principals that were made. `among` are the realms whose ports are known.
 */
export async function trustRealms(
  { first, second, directions }: RealmsTrust,
  etypes: readonly EtypeId[],
  among: readonly RealmFolder[],
  env: Env,
): Promise<readonly string[]> {
  return withBoth(first, second, env, async (ours, theirs) => {
    const lacking: Direction[] = []
    for (const direction of directions) {
      if (!(await shareKeys(halfOf(direction, ours.realm, theirs.realm), etypes, ours, theirs))) lacking.push(direction)
    }
    const joining = { realm: theirs.realm, directions: lacking, etypes, replace: true }
    const made = await joinDatabases(joining, ours, theirs, length => env.random(length))
    await meetNeighbours(first, ours, among, env)
    await meetNeighbours(second, theirs, among, env)
    return made.map(({ principal }) => unparsePrincipal(principal))
  })
}

/** Takes the keys out of both databases. The principals that were there. */
export async function distrustRealms(
  { first, second, directions }: RealmsTrust,
  among: readonly RealmFolder[],
  env: Env,
): Promise<readonly string[]> {
  return withBoth(first, second, env, async (ours, theirs) => {
    const removed = new Set<string>()
    for (const [api, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const trust = await trustWith(other.realm, api)
      const wanted = directions.map(direction => halfOf(direction, ours.realm, theirs.realm)).map(principal => unparsePrincipal(principal))
      for (const half of [trust.out, trust.in]) {
        if (half === undefined || !wanted.includes(unparsePrincipal(half.principal))) continue
        await api.call(VERBS.deletePrincipal, { principal: half.principal })
        removed.add(unparsePrincipal(half.principal))
      }
    }
    await meetNeighbours(first, ours, among, env)
    await meetNeighbours(second, theirs, among, env)
    return [...removed]
  })
}

/** Walks the trust both ways; both KDCs have to be up. */
export async function proveTrust({ first, second, directions }: RealmsTrust, env: Env): Promise<TrustReport> {
  return withBoth(first, second, env, async (ours, theirs) => {
    const inside = insideRealm(first.files, env)
    const config = await loadClientConfig(inside)
    const context = { env: inside, config, channel: realmChannel(config, inside) }
    return verifyTrust({ realm: theirs.realm, expected: directions, other: theirs }, ours, context)
  })
}

async function withBoth<T>(
  first: RealmFolder,
  second: RealmFolder,
  env: Env,
  task: (ours: AdminApi, theirs: AdminApi) => Promise<T>,
): Promise<T> {
  const ours = await openFolder(first, env)
  try {
    const theirs = await openFolder(second, env)
    try {
      return await task(ours, theirs)
    } finally {
      await theirs.close()
    }
  } finally {
    await ours.close()
  }
}

async function openFolder({ realm, files }: RealmFolder, env: Env): Promise<AdminApi> {
  const inside = insideRealm(files, env)
  const config = await loadKdcConfig(inside, realm)
  return openLocalAdmin({ config, caller: parsePrincipal('root/admin', { defaultRealm: realm }) }, inside)
}

/** The newest keys of both are the same, and of these enctypes. */
async function shareKeys(principal: Principal, etypes: readonly EtypeId[], ours: AdminApi, theirs: AdminApi): Promise<boolean> {
  const other = principal.realm === ours.realm ? 'out' : 'in'
  const present = (await trustWith(theirs.realm, ours))[other] !== undefined
  const there = (await trustWith(ours.realm, theirs))[other === 'out' ? 'in' : 'out'] !== undefined
  if (!present || !there) return false
  const [a, b] = [await ours.call(VERBS.extractKeys, { principal }), await theirs.call(VERBS.extractKeys, { principal })]
  try {
    const newest = Math.max(...a.map(({ kvno }) => kvno))
    if (newest !== Math.max(...b.map(({ kvno }) => kvno))) return false
    const held = a.filter(({ kvno }) => kvno === newest)
    const same = held.every(({ key }) =>
      b.some(twin => twin.kvno === newest && twin.key.etype === key.etype && key.value.use(x => twin.key.value.use(y => sameBytes(x, y)))),
    )
    return same && held.length === etypes.length && held.every(({ key }) => etypes.includes(key.etype))
  } finally {
    for (const { key } of [...a, ...b]) key.value.wipe()
  }
}

/** Clients of the realm find the KDCs of all realms that it shares a key with. */
async function meetNeighbours({ files }: RealmFolder, api: AdminApi, among: readonly RealmFolder[], env: Env): Promise<void> {
  const trusted = new Set((await listTrusts(api)).map(({ realm }) => realm))
  const known = await Promise.all(
    among
      .filter(({ realm }) => trusted.has(realm))
      .map(async ({ realm, files }) => ({ realm, port: (await loadKdcConfig(insideRealm(files, env), realm)).kdcListen[0]?.port })),
  )
  const neighbours = known.flatMap(({ realm, port }) => (port === undefined ? [] : [{ realm, port }]))
  await env.files.replace(files.neighbours, encodeText(neighboursText(neighbours)), { mode: 0o600 })
}
