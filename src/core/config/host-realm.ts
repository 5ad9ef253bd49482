import type { LibDefaults } from './libdefaults.ts'
import type { Profile } from './profile.ts'

/**
 * The realm that [domain_realm] gives to a host: for a.b.c the names a.b.c, .b.c, b.c, .c and c are tried. Undefined when none is there,
 * and for addresses: then the client asks the KDC of its own realm (referral).
 */
export function realmOfHost(profile: Pick<Profile, 'value'>, host: string): string | undefined {
  const domain = matchingDomain(profile, host)
  return domain === undefined ? undefined : profile.value('domain_realm', domain)
}

/** The name in [domain_realm] that fits a host. */
export function matchingDomain(profile: Pick<Profile, 'value'>, host: string): string | undefined {
  const name = cleanHostName(host)
  if (isAddress(name)) return undefined
  for (let rest: string | undefined = name; rest !== undefined; rest = shorter(rest)) {
    if (profile.value('domain_realm', rest) !== undefined) return rest
  }
  return undefined
}

/**
 * A guess when the referral led nowhere: with realm_try_domains the first domain of the host that has a KDC, else the parent domain in
 * capitals, else the default realm.
 */
export async function fallbackRealmOfHost(
  host: string,
  config: Pick<LibDefaults, 'realmTryDomains' | 'defaultRealm'>,
  hasKdc: (realm: string) => Promise<boolean>,
): Promise<string | undefined> {
  const name = cleanHostName(host)
  if (isAddress(name)) return config.defaultRealm
  const labels = upperCase(name).split('.')
  for (let skipped = 0; skipped <= config.realmTryDomains && labels.length - skipped > 1; skipped++) {
    const realm = labels.slice(skipped).join('.')
    if (await hasKdc(realm)) return realm
  }
  return labels.length > 1 ? labels.slice(1).join('.') : config.defaultRealm
}

/** Lower case (ASCII only) and without a dot at the end. */
export function cleanHostName(host: string): string {
  return host.replace(/[A-Z]/g, letter => letter.toLowerCase()).replace(/\.$/, '')
}

/** True for what looks like an address: digits with three dots, or a colon anywhere. */
export function isAddress(name: string): boolean {
  return name.includes(':') || (/^[\d.]*$/.test(name) && name.split('.').length === 4)
}

function shorter(name: string): string | undefined {
  if (name.startsWith('.')) return name.slice(1)
  const dot = name.indexOf('.')
  return dot < 0 ? undefined : name.slice(dot)
}

function upperCase(name: string): string {
  return name.replace(/[a-z]/g, letter => letter.toUpperCase())
}
