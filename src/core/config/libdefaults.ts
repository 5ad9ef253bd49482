import type { Profile } from './profile.ts'
import {
  boolean,
  integer,
  lenientBoolean,
  type RelationRow,
  strictBoolean,
  strictDuration,
  text,
  type ValuesOf,
  valuesOf,
  words,
} from './relation.ts'
import { firstValues } from './source.ts'
import { parseBoolean, parseInteger } from './values.ts'

export type LibDefaults = ValuesOf<typeof LIBDEFAULTS>
export type InitialDefaults = ValuesOf<typeof INITIAL_DEFAULTS>

/** The relations of [libdefaults] that hold for every realm, with the properties of ClientConfig that carry them. */
export const LIBDEFAULTS = {
  allowDes3: strictBoolean('allow_des3', false, 'KDC: des3-cbc-sha1 may be a session key'),
  allowRc4: strictBoolean('allow_rc4', false, 'KDC: arcfour-hmac may be a session key'),
  allowWeakCrypto: strictBoolean('allow_weak_crypto', false, 'weak enctypes stay in enctype lists'),
  ccacheType: integer('ccache_type', 4, 'version of new FILE caches, 1 to 4'),
  clockskew: integer('clockskew', 300, 'seconds that clocks may differ'),
  defaultCcacheName: text('default_ccache_name', 'FILE:/tmp/krb5cc_%{uid}', 'cache when KRB5CCNAME is not set; with tokens'),
  defaultClientKeytabName: text(
    'default_client_keytab_name',
    'FILE:/etc/krb5/user/%{euid}/client.keytab',
    'keytab of kinit -i when KRB5_CLIENT_KTNAME is not set; with tokens',
  ),
  defaultKeytabName: text('default_keytab_name', 'FILE:/etc/krb5.keytab', 'keytab when KRB5_KTNAME is not set; with tokens'),
  defaultRealm: text('default_realm', 'realm of names without one'),
  defaultTgsEnctypeList: text(
    'default_tgs_enctypes',
    'enctypes to ask for in service tickets (see enctypes.ts); default: permitted_enctypes',
  ),
  defaultTktEnctypeList: text(
    'default_tkt_enctypes',
    'enctypes to ask for in initial tickets (see enctypes.ts); default: permitted_enctypes',
  ),
  dnsCanonicalizeHostname: canonicalize('dns_canonicalize_hostname', 'look up host names of services: true, false or fallback'),
  dnsLookupKdc: { ...lenientBoolean('dns_lookup_kdc', true, 'find KDCs by DNS SRV records'), otherName: 'dns_fallback' },
  dnsLookupRealm: { ...lenientBoolean('dns_lookup_realm', false, 'find realms of hosts by DNS TXT records'), otherName: 'dns_fallback' },
  dnsUriLookup: boolean('dns_uri_lookup', true, 'find KDCs by DNS URI records first'),
  enforceOkAsDelegate: strictBoolean('enforce_ok_as_delegate', false, 'GSS: delegate only to services marked ok-as-delegate'),
  errFmt: text('err_fmt', 'format of error messages: %M the text, %C the code'),
  extraAddresses: words('extra_addresses', 'addresses and hosts beside those of the interfaces, when noaddresses is false'),
  ignoreAcceptorHostname: strictBoolean('ignore_acceptor_hostname', false, 'a service accepts tickets for any host name it has a key for'),
  kcmSocket: text('kcm_socket', '/var/run/.heim_org.h5l.kcm-socket', 'socket of the KCM daemon, - for none'),
  kdcDefaultOptions: integer('kdc_default_options', 0x10, 'kdc-options of every initial request (0x10 = renewable-ok), in decimal'),
  kdcTimesync: numericSwitch('kdc_timesync', true, "correct this machine's clock by the KDC's"),
  permittedEnctypeList: text('permitted_enctypes', 'enctypes that may be used at all (see enctypes.ts)'),
  qualifyShortname: text('qualify_shortname', 'domain added to host names without a dot, "" for none; default: first search domain'),
  rdns: boolean('rdns', true, 'look up the address of a host name for its canonical name'),
  realmTryDomains: integer('realm_try_domains', -1, 'parent domains of a host to try as realms: -1 none, 0 the host itself'),
  requestTimeout: strictDuration('request_timeout', 0, 'total time for a KDC or kpasswd exchange, 0 no limit'),
  spakePreauthGroups: text('spake_preauth_groups', 'edwards25519', 'SPAKE groups, best first'),
  udpPreferenceLimit: udpLimit('udp_preference_limit', 1465, 'longer requests go by TCP first, in octets'),
}

/** The relations for initial tickets: looked up in `[libdefaults] REALM = { }` of the client's realm first. */
export const INITIAL_DEFAULTS = {
  canonicalize: lenientBoolean('canonicalize', false, 'ask the KDC to canonicalize the client name'),
  forwardable: lenientBoolean('forwardable', false, 'ask for forwardable tickets'),
  noaddresses: lenientBoolean('noaddresses', true, 'ask for tickets without addresses'),
  preferredPreauthTypes: numbers('preferred_preauth_types', [17, 16, 15, 14], 'pre-authentication types to try first'),
  proxiable: lenientBoolean('proxiable', false, 'ask for proxiable tickets'),
  renewLifetime: strictDuration('renew_lifetime', 0, 'renewable life to ask for'),
  ticketLifetime: strictDuration('ticket_lifetime', 86400, 'life to ask for'),
  verifyApReqNofail: lenientBoolean('verify_ap_req_nofail', false, 'login programs: credentials that cannot be verified are refused'),
}

export function libDefaults(profile: Profile): LibDefaults {
  return valuesOf(LIBDEFAULTS, firstValues(profile, [['libdefaults']]))
}

/** Defaults for initial tickets of clients in `realm`. */
export function initialDefaults(profile: Profile, realm: string | undefined): InitialDefaults {
  const sections = realm === undefined ? [['libdefaults']] : [['libdefaults', realm], ['libdefaults']]
  return valuesOf(INITIAL_DEFAULTS, firstValues(profile, sections))
}

function canonicalize(name: string, doc: string): RelationRow<'true' | 'false' | 'fallback'> {
  const read = (value: string) => (value.toLowerCase() === 'fallback' ? 'fallback' : WORDS.get(parseBoolean(value)))
  return { name, read: ([first]) => read(first), initial: 'true', broken: 'EINVAL', doc }
}

/** A number that only counts as zero or not. */
function numericSwitch(name: string, initial: boolean, doc: string): RelationRow<boolean> {
  const read = (value: number | undefined) => (value === undefined ? undefined : value !== 0)
  return { name, read: ([first]) => read(parseInteger(first)), initial, broken: 'default', doc }
}

function udpLimit(name: string, initial: number, doc: string): RelationRow<number> {
  const read = (value: number | undefined) => (value === undefined ? undefined : value < 0 ? initial : Math.min(value, MAX_UDP))
  return { name, read: ([first]) => read(parseInteger(first)), initial, broken: 'PROF_BAD_INTEGER', doc }
}

/** Numbers separated by blanks and commas, up to the first word that is none. */
function numbers(name: string, initial: readonly number[], doc: string): RelationRow<readonly number[]> {
  const read = (value: string) => (/^[ ,]*((?:-?\d+[ ,]*)*)/.exec(value)?.[1] ?? '').split(/[ ,]+/).filter(word => word !== '')
  return { name, read: ([first]) => read(first).map(Number), initial, broken: 'default', doc }
}

const WORDS = new Map<boolean | undefined, 'true' | 'false'>([
  [true, 'true'],
  [false, 'false'],
])
const MAX_UDP = 32700
