import type { TrustReport } from '../../admin/client/trust/report.ts'
import { DIRECTIONS } from '../../admin/trust/halves.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { distrustRealms, proveTrust, type RealmsTrust, trustRealms } from '../../realm/trust.ts'
import { trustEtypes } from '../trust/etypes.ts'
import { isProved, reportJson, reportText } from '../trust/explain.ts'
import type { RealmOptions } from './flags.ts'
import { knownRealms, type NamedRealm } from './folder.ts'
import { realmStatus } from './status.ts'

export interface TrustResult {
  readonly realms: readonly [string, string]
  /** Principals that got new keys, or with `removed` those that are gone. */
  readonly changed: readonly string[]
  readonly removed: boolean
  /** Absent while one of the realms is down. */
  readonly proof?: TrustReport
}

/** `tkrealm trust A B`: both databases get the same keys, or with --remove lose them. */
export async function trust(
  first: string,
  second: string,
  options: Pick<RealmOptions, 'one-way' | 'etypes' | 'remove'>,
  env: Env,
): Promise<TrustResult> {
  const etypes = trustEtypes(options.etypes)
  const known = await knownRealms(env)
  const between: RealmsTrust = {
    first: among(known, first),
    second: among(known, second),
    directions: options['one-way'] ? ['out'] : DIRECTIONS,
  }
  if (first === second) throw new KrbError('EINVAL', { realm: first }, { text: 'A realm needs no trust with itself' })
  const realms = [first, second] as const
  if (options.remove) return { realms, changed: await distrustRealms(between, known, env), removed: true }
  const changed = await trustRealms(between, etypes, known, env)
  const states = await Promise.all([between.first, between.second].map(realm => realmStatus(realm)))
  if (states.some(({ state }) => state === 'down')) return { realms, changed, removed: false }
  return { realms, changed, removed: false, proof: await proveTrust(between, env) }
}

export function trustText({ realms, changed, removed, proof }: TrustResult): string {
  const [first, second] = realms
  if (removed)
    return changed.length === 0
      ? `${first} and ${second} shared no key\n`
      : changed.map(name => `${name} removed from both realms\n`).join('')
  const made = changed.map(name => `${name} has the same new keys in both realms\n`).join('')
  return made + (proof === undefined ? 'It is proved when both realms are up: tkrealm up --realm REALM\n' : reportText(proof))
}

export function trustJson({ realms, changed, removed, proof }: TrustResult): object {
  return { realms, principals: changed, changed: changed.length > 0, removed, proof: proof === undefined ? null : reportJson(proof) }
}

export function trustStatus({ proof }: TrustResult): number {
  return proof === undefined || isProved(proof) ? 0 : 1
}

function among(known: readonly NamedRealm[], realm: string): NamedRealm {
  const found = known.find(each => each.realm === realm)
  if (found !== undefined) return found
  throw new KrbError(
    'ENOENT',
    { realm },
    { text: `There is no realm ${realm} here`, hints: [`make it with "tkrealm up --realm ${realm}"`] },
  )
}
