import { applyAttributeWord } from '../flags/principal-attributes.ts'
import { ETYPE, type EtypeId, etypeIdByName } from '../registry/etype.ts'
import { type ListenAddress, parseListenList } from './host-port.ts'
import { type KeySalt, parseKeySalts } from './key-salts.ts'
import { boolean, duration, integer, list, type RelationRow, text, words } from './relation.ts'

// The tables below are made while this module is loaded: what they are made of stands before them.
const KDC_PORT = 88
const DEFAULT_KEY_SALTS = 'aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal'

/*
 * The relations of kdc.conf. Where a relation is repeated the last value counts, as in MIT's servers; so one in krb5.conf, which is read after
 * kdc.conf, wins.
 */

/** Of a realm: `[realms] REALM`. Dates need a clock and a zone, which `readDate` knows. */
export const kdcRealm = (readDate: (text: string) => number | undefined) => ({
  aclFile: text('acl_file', '/etc/krb5kdc/kadm5.acl', 'who may do what in the database; "" for nobody'),
  defaultPrincipalExpiration: date('default_principal_expiration', readDate, 'end of new principals, 0 for none; seconds since 1970'),
  defaultPrincipalFlags: flags('default_principal_flags', 0, 'attributes of new principals, such as +preauth, -postdateable'),
  dictFile: text('dict_file', 'words that are no passwords'),
  disablePac: boolean('disable_pac', false, 'tickets carry no PAC'),
  iprop: boolean('iprop_enable', false, 'changes are sent to replicas as they come'),
  kadmindListen: text('kadmind_listen', 'addresses and ports for administration'),
  kadmindPort: optionalInteger('kadmind_port', 'port for administration'),
  kpasswdListen: text('kpasswd_listen', 'addresses and ports for changes of passwords'),
  kpasswdPort: integer('kpasswd_port', 464, 'port for changes of passwords'),
  encryptedChallengeIndicator: text('encrypted_challenge_indicator', 'authentication indicator of FAST encrypted challenge'),
  masterKeyName: text('master_key_name', 'K/M', 'principal of the master key'),
  masterKeyType: etype('master_key_type', ETYPE.AES256_CTS_HMAC_SHA1_96, 'enctype of the master key'),
  maxLife: duration('max_life', 86400, 'longest life of a ticket'),
  maxRenewableLife: duration('max_renewable_life', 0, 'longest renewable life of a ticket'),
  rejectBadTransit: boolean('reject_bad_transit', true, 'refuse tickets through realms that the path does not allow'),
  spakePreauthIndicator: list('spake_preauth_indicator', 'authentication indicators of SPAKE'),
  supportedEnctypes: keySalts('supported_enctypes', 'keys that new passwords get'),
})

/** Of a realm, else of [kdcdefaults]. */
export const KDC_REALM_OR_DEFAULTS = {
  kdcListen: { ...listen('kdc_listen', 'addresses and ports for UDP'), otherName: 'kdc_ports' },
  kdcTcpListenIfAny: {
    ...optionalListen('kdc_tcp_listen', 'addresses and ports for TCP; default: as for UDP'),
    otherName: 'kdc_tcp_ports',
  },
  restrictAnonymousToTgt: boolean('restrict_anonymous_to_tgt', false, 'anonymous clients get no service tickets'),
}

/** Of [kdcdefaults] and of a realm, both. */
export const KDC_REALM_AND_DEFAULTS = {
  hostBasedServices: words('host_based_services', 'services whose second component is a host, for referrals; * for all'),
  noHostReferral: words('no_host_referral', 'services that get no referral; * for all'),
}

/** Of [kdcdefaults] alone. */
export const KDC_DEFAULTS = {
  kdcMaxDgramReplySize: integer('kdc_max_dgram_reply_size', 4096, 'longer replies must be fetched by TCP, in octets'),
  kdcTcpListenBacklog: integer('kdc_tcp_listen_backlog', 5, 'connections that may wait to be accepted'),
  spakePreauthKdcChallenge: text('spake_preauth_kdc_challenge', 'SPAKE group offered before the client asks'),
}

/** Of a database module: `[dbmodules] MODULE`. Here the first value counts. */
export const DATABASE_MODULE = {
  disableLastSuccess: boolean('disable_last_success', false, 'do not record successful logins'),
  disableLockout: boolean('disable_lockout', false, 'do not record failed logins, and lock nobody out'),
  library: text('db_library', 'db2', 'kind of database: db2 and klmdb both mean ours'),
  mapSize: integer('mapsize', 128, 'size of the memory map, in MiB'),
  maxReaders: integer('max_readers', 128, 'processes that may read at once'),
  noSync: boolean('nosync', false, 'do not wait for the disk'),
}

function listen(name: string, doc: string): RelationRow<readonly ListenAddress[]> {
  return {
    name,
    read: ([first]) => parseListenList(first, KDC_PORT),
    initial: [{ address: undefined, port: KDC_PORT }],
    broken: 'EINVAL',
    doc,
  }
}

function optionalInteger(name: string, doc: string): RelationRow<number | undefined> {
  return { ...integer(name, 0, doc), initial: undefined }
}

function optionalListen(name: string, doc: string): RelationRow<readonly ListenAddress[] | undefined> {
  return { ...listen(name, doc), initial: undefined }
}

/** MIT's administration programs do not start with words they cannot read in the next four. */
function flags(name: string, initial: number, doc: string): RelationRow<number> {
  return { name, read: ([first]) => parseFlags(first), initial, broken: 'KADM5_MISSING_CONF_PARAMS', doc }
}

function date(name: string, readDate: (text: string) => number | undefined, doc: string): RelationRow<number> {
  return { name, read: ([first]) => readDate(first), initial: 0, broken: 'KADM5_MISSING_CONF_PARAMS', doc }
}

function etype(name: string, initial: EtypeId, doc: string): RelationRow<EtypeId> {
  return { name, read: ([first]) => etypeIdByName(first), initial, broken: 'KADM5_MISSING_CONF_PARAMS', doc }
}

function keySalts(name: string, doc: string): RelationRow<readonly KeySalt[]> {
  const read = (value: string) => {
    const pairs = parseKeySalts(value)
    return pairs.length > 0 ? pairs : undefined
  }
  return { name, read: ([first]) => read(first), initial: parseKeySalts(DEFAULT_KEY_SALTS), broken: 'KADM5_MISSING_CONF_PARAMS', doc }
}

/** Words separated by commas, blanks or both. */
function parseFlags(value: string): number | undefined {
  let attributes: number | undefined = 0
  for (const word of value.split(/\s*,\s*|\s+/)) attributes = attributes === undefined ? undefined : applyAttributeWord(attributes, word)
  return attributes
}
