// For each program a harmless run that passes through what most runs pass through: for code caches and for the start-up bench.
// The folder has krb5.conf and kdc.conf; `before` are runs that must come first, `endAfterMs` ends a server.

/** Writes what every warm-up needs and gives the environment that points to it. */
export function warmFolder(folder, write) {
  write(`${folder}/krb5.conf`, '[libdefaults]\n default_realm = WARM.TEST\n dns_lookup_kdc = false\n')
  write(
    `${folder}/kdc.conf`,
    `[kdcdefaults]\n kdc_listen = 127.0.0.1:0\n kdc_tcp_listen = ""\n[realms]\n WARM.TEST = {\n  database_name = ${folder}/principal\n  key_stash_file = ${folder}/stash\n  acl_file = ""\n  kadmind_listen = 127.0.0.1:0\n  kpasswd_listen = 127.0.0.1:0\n }\n[logging]\n kdc = FILE:${folder}/kdc.log\n admin_server = FILE:${folder}/kadmind.log\n`,
  )
  write(`${folder}/cache`, CACHE)
  write(`${folder}/destroyed`, CACHE)
  return {
    PATH: process.env.PATH,
    TZ: 'UTC',
    XDG_STATE_HOME: folder,
    KRB5_CONFIG: `${folder}/krb5.conf`,
    KRB5_KDC_PROFILE: `${folder}/kdc.conf`,
    KRB5CCNAME: `FILE:${folder}/cache`,
  }
}

const CREATE = ['tkdb5_util', 'create', '-s', '-P', 'warm']

export const WARM_UPS = {
  tkinit: folder => ({ args: ['-c', `${folder}/new`, 'warm@WARM.TEST'], input: 'password\n' }),
  tklist: () => ({ args: ['-fea', '-n'] }),
  tkdestroy: folder => ({ args: ['-c', `${folder}/destroyed`] }),
  tkswitch: folder => ({ args: ['-c', `DIR::${folder}/tktcache`] }),
  tkpasswd: () => ({ args: ['warm@WARM.TEST'], input: 'password\n' }),
  tkvno: () => ({ args: ['krbtgt/WARM.TEST'] }),
  tktutil: () => ({ args: [], input: 'addent -password -p warm -k 1 -e aes256-cts\nwarm\nlist -e\n' }),
  tkdb5_util: () => ({ args: ['stash'], before: [CREATE] }),
  tkadmin: () => ({ args: ['-p', 'warm', 'listprincs'] }),
  'tkadmin.local': () => ({ args: ['getprinc', 'K/M'], before: [CREATE] }),
  tkrb5kdc: () => ({ args: ['-n'], before: [CREATE], endAfterMs: 1500 }),
  tkadmind: () => ({ args: ['-nofork'], before: [CREATE], endAfterMs: 1500 }),
  tkrealm: () => ({ args: ['status'] }),
}

const CACHE = cacheWithOneTicket()

/** A FILE cache, version 4, of warm@WARM.TEST with a ticket that no key opens. */
function cacheWithOneTicket() {
  const data = bytes => Buffer.concat([u32(bytes.length), bytes])
  const principal = (type, ...parts) =>
    Buffer.concat([u32(type), u32(parts.length), ...['WARM.TEST', ...parts].map(part => data(Buffer.from(part)))])
  const times = [1, 1, 0xffffffff, 0].map(u32)
  const ticket =
    '6141303fa003020105a10b1b095741524d2e54455354a21e301ca003020102a11530131b066b72627467741b095741524d2e54455354a30b3009a003020112a2020400'
  return Buffer.concat([
    Buffer.from('0504000c000100080000000000000000', 'hex'),
    principal(1, 'warm'),
    principal(1, 'warm'),
    principal(2, 'krbtgt', 'WARM.TEST'),
    Buffer.from('0012', 'hex'),
    data(Buffer.alloc(32)),
    ...times,
    Buffer.from('0040e10000', 'hex'),
    u32(0),
    u32(0),
    data(Buffer.from(ticket, 'hex')),
    data(Buffer.alloc(0)),
  ])
}

function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
