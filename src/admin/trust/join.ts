import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { AdminApi } from '../api.ts'
import { type Direction, halfOf } from './halves.ts'
import { passwordSharedKeys, randomSharedKeys, type SharedKeys, storeSharedKeys, wipeSharedKeys } from './keys.ts'
import { trustWith } from './list.ts'

/** What is to be shared, as seen from the first database. */
export interface Joining {
  readonly realm: string
  readonly directions: readonly Direction[]
  readonly etypes: readonly EtypeId[]
  /** Directions that exist get new keys of the next version. Otherwise they are `KADM5_DUP`. */
  readonly replace: boolean
}

/** One direction that has been agreed upon: what the other side has to enter too. */
export interface JoinedHalf {
  readonly principal: Principal
  readonly kvno: number
  readonly etypes: readonly EtypeId[]
}

/** Random keys, the same in both databases. Nothing is changed when one of the entries exists already and is not to be replaced. */
export async function joinDatabases(
  joining: Joining,
  ours: AdminApi,
  theirs: AdminApi,
  random: (length: number) => Uint8Array,
): Promise<readonly JoinedHalf[]> {
  const plans = await planned(joining, ours, theirs)
  const joined: JoinedHalf[] = []
  for (const { principal, kvno, inOurs, inTheirs } of plans) {
    const shared = randomSharedKeys(principal, kvno, joining.etypes, random)
    try {
      await storeSharedKeys(shared, inTheirs ? 'beside' : 'new', theirs)
      await storeSharedKeys(shared, inOurs ? 'beside' : 'new', ours)
    } finally {
      wipeSharedKeys(shared)
    }
    joined.push({ principal, kvno, etypes: joining.etypes })
  }
  return joined
}

/** Which directions with which version, before anything is changed. Throws `KADM5_DUP`. */
export async function planHalves(joining: Joining, ours: AdminApi): Promise<readonly JoinedHalf[]> {
  return (await planned(joining, ours)).map(({ principal, kvno }) => ({ principal, kvno, etypes: joining.etypes }))
}

/**
 * Enters one direction from a password that both administrators know. Where the database has that version or a later one, its keys go: they
 * would count instead.
 */
export async function enterHalf({ principal, kvno, etypes }: JoinedHalf, password: Secret, replace: boolean, api: AdminApi): Promise<void> {
  const shared: SharedKeys = await passwordSharedKeys(principal, kvno, etypes, password)
  try {
    const present = replace ? await presentKvno(principal, api) : undefined
    await storeSharedKeys(shared, present === undefined ? 'new' : present < kvno ? 'beside' : 'instead', api)
  } finally {
    wipeSharedKeys(shared)
  }
}

interface Plan {
  readonly principal: Principal
  readonly kvno: number
  readonly inOurs: boolean
  readonly inTheirs: boolean
}

async function planned({ realm, directions, replace }: Joining, ours: AdminApi, theirs?: AdminApi): Promise<readonly Plan[]> {
  const here = await trustWith(realm, ours)
  const there = theirs && (await trustWith(ours.realm, theirs))
  return directions.map(direction => {
    const principal = halfOf(direction, ours.realm, realm)
    const mine = here[direction]
    const other = there?.[direction === 'in' ? 'out' : 'in']
    if (!replace && mine !== undefined) throw duplicate(principal, ours)
    if (!replace && other !== undefined) throw duplicate(principal, theirs!)
    const kvno = Math.max(mine?.kvno ?? 0, other?.kvno ?? 0) + 1
    return { principal, kvno, inOurs: mine !== undefined, inTheirs: other !== undefined }
  })
}

function duplicate(principal: Principal, { realm }: AdminApi): KrbError {
  const name = unparsePrincipal(principal)
  return new KrbError('KADM5_DUP', { principal: name, realm }, { text: `The database of realm ${realm} has ${name} already` })
}

async function presentKvno(principal: Principal, api: AdminApi): Promise<number | undefined> {
  const out = principal.realm === api.realm
  const trust = await trustWith(out ? principal.components[1]! : principal.realm, api)
  return (out ? trust.out : trust.in)?.kvno
}
