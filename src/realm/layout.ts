import { join } from 'node:path'

/** Where everything of one tkrealm realm lies. All files are 0600 in a folder 0700. */
export interface RealmFiles {
  readonly folder: string
  readonly krb5Conf: string
  readonly kdcConf: string
  /** Where the KDCs of trusted realms are; krb5.conf includes it. */
  readonly neighbours: string
  /** database_name; the store adds its own suffix. */
  readonly database: string
  readonly stash: string
  readonly acl: string
  readonly log: string
  /** The audit stream (docs/audit.md). */
  readonly audit: string
  /** The principals of other realms that have been seen. */
  readonly seen: string
  readonly pid: string
  readonly control: string
  readonly keytab: string
  /** Of the administrator alone. */
  readonly adminKeytab: string
  readonly ccache: string
  /** Seconds between the realm's clock and the system's; there while the clock can be moved. */
  readonly clock: string
}

export interface RealmSettings {
  readonly realm: string
  /** Of the KDC. */
  readonly port: number
  /** Absent: nothing but a KDC. */
  readonly administration?: RealmAdministration
}

interface RealmAdministration {
  /** Ports. */
  readonly kadmin: number
  readonly kpasswd: number
  /** The principal with the keytab, unparsed with its realm. */
  readonly administrator: string
}

export function realmFiles(folder: string): RealmFiles {
  return {
    folder,
    krb5Conf: join(folder, 'krb5.conf'),
    kdcConf: join(folder, 'kdc.conf'),
    neighbours: join(folder, 'neighbours.conf'),
    database: join(folder, 'principal'),
    stash: join(folder, 'stash'),
    acl: join(folder, 'kadm5.acl'),
    log: join(folder, 'kdc.log'),
    audit: join(folder, 'audit.json'),
    seen: join(folder, 'seen'),
    pid: join(folder, 'pid'),
    control: join(folder, 'control.sock'),
    keytab: join(folder, 'keytab'),
    adminKeytab: join(folder, 'admin.keytab'),
    ccache: join(folder, 'krb5cc'),
    clock: join(folder, 'clock'),
  }
}

/**
 * The variables that put a program, ours or MIT's, into the realm. TKRB5_CLOCK tells our programs (MIT's have faketime) how the realm's time
 * differs from the system's; it is there while the clock can be moved.
 */
export function realmEnvironment(files: RealmFiles, movable: boolean): Readonly<Record<string, string>> {
  return {
    KRB5_CONFIG: files.krb5Conf,
    KRB5_KDC_PROFILE: files.kdcConf,
    KRB5CCNAME: `FILE:${files.ccache}`,
    KRB5_KTNAME: `FILE:${files.keytab}`,
    ...(movable ? { TKRB5_CLOCK: files.clock } : {}),
  }
}

/** krb5.conf of the realm: closed to DNS, its own cache and keytab, so that a user's real tickets are never touched. */
export function krb5ConfText({ realm, port, administration }: RealmSettings, files: RealmFiles): string {
  const servers = administration && [
    `admin_server = 127.0.0.1:${administration.kadmin}`,
    `kpasswd_server = 127.0.0.1:${administration.kpasswd}`,
  ]
  return `# Written by tkrealm. Clients find the realm by this file (KRB5_CONFIG).
include ${files.neighbours}

[libdefaults]
    default_realm = ${realm}
    default_ccache_name = FILE:${files.ccache}
    default_keytab_name = FILE:${files.keytab}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_uri_lookup = false
    dns_canonicalize_hostname = false
    rdns = false

[realms]
    ${realm} = {
        kdc = 127.0.0.1:${port}
${lines(servers)}    }

[domain_realm]
    localhost = ${realm}
${administration === undefined ? '' : administratorText(realm, administration, files)}`
}

/** With whose key tkadmin works in the realm when it is not told who administers. */
function administratorText(realm: string, { administrator }: RealmAdministration, { adminKeytab }: RealmFiles): string {
  return `
[appdefaults]
    tkadmin = {
        ${realm} = {
            principal = ${administrator}
            keytab = FILE:${adminKeytab}
        }
    }
`
}

/** What krb5.conf includes: KDCs of other realms on this machine, by their ports. */
export function neighboursText(neighbours: readonly { readonly realm: string; readonly port: number }[]): string {
  const stanzas = neighbours.map(({ realm, port }) => `    ${realm} = {\n        kdc = 127.0.0.1:${port}\n    }\n`)
  return `# Written by tkrealm trust.\n[realms]\n${stanzas.join('')}`
}

/** kdc.conf of the realm: loopback only, pre-authentication for everybody, AES keys, a day of life and a week of renewal. */
export function kdcConfText({ realm, port, administration }: RealmSettings, files: RealmFiles): string {
  const listen = administration && [
    `kadmind_listen = 127.0.0.1:${administration.kadmin}`,
    `kpasswd_listen = 127.0.0.1:${administration.kpasswd}`,
  ]
  return `# Written by tkrealm. The servers and database tools read this file (KRB5_KDC_PROFILE) before krb5.conf.
[kdcdefaults]
    kdc_listen = 127.0.0.1:${port}
    kdc_tcp_listen = 127.0.0.1:${port}

[realms]
    ${realm} = {
        database_name = ${files.database}
        key_stash_file = ${files.stash}
        acl_file = ${files.acl}
        max_life = 24h
        max_renewable_life = 7d
        supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
        default_principal_flags = +preauth
${lines(listen)}    }

[logging]
    kdc = FILE:${files.log}
    admin_server = FILE:${files.log}
    audit = FILE:${files.audit}
    audit_max_size = 100m
    audit_seen_file = ${files.seen}
`
}

function lines(relations: readonly string[] = []): string {
  return relations.map(relation => `        ${relation}\n`).join('')
}
