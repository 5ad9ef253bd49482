import { matchingDomain } from './host-realm.ts'
import type { Place, Profile } from './profile.ts'

/** Where `default_realm` stands; undefined when nothing sets it. */
export function defaultRealmOrigin(profile: Pick<Profile, 'where'>): string | undefined {
  const place = profile.where('libdefaults', 'default_realm')
  return place && `default_realm, ${placeText(place)}`
}

/** Which rule of [domain_realm] gives a host its realm, and where it stands. */
export function hostRealmOrigin(profile: Pick<Profile, 'where' | 'value'>, host: string): string | undefined {
  const domain = matchingDomain(profile, host)
  const place = domain === undefined ? undefined : profile.where('domain_realm', domain)
  return place && `[domain_realm] ${domain}, ${placeText(place)}`
}

/** `/etc/krb5.conf:12` */
export function placeText({ file, line }: Place): string {
  return `${file}:${line}`
}
