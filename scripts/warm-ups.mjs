// For each program a harmless run that passes through what most runs pass through: for code caches and for the start-up bench.
// `folder` has a krb5.conf, and KRB5_CONFIG points to it.

const CACHE = cacheWithOneTicket()

export const WARM_UPS = {
  tkinit: folder => ({ args: ['-c', `${folder}/new`, 'warm@WARM.TEST'], input: 'password\n' }),
  tklist: folder => ({ args: ['-fea', '-n', '-c', `${folder}/cache`], files: { cache: CACHE } }),
  tkdestroy: folder => ({ args: ['-c', `${folder}/destroyed`], files: { destroyed: CACHE } }),
  tkvno: folder => ({ args: ['-c', `${folder}/cache`, 'krbtgt/WARM.TEST'], files: { cache: CACHE } }),
  tkadmin: () => ({ args: ['-p', 'warm', 'listprincs'] }),
  'tkadmin.local': () => ({ args: ['-r', 'WARM.TEST', 'listprincs'] }),
  tkdb5_util: () => ({ args: ['-r', 'WARM.TEST', 'stash'] }),
  tkrb5kdc: () => ({ args: ['-n', '-r', 'WARM.TEST'] }),
  tkrealm: () => ({ args: ['status'] }),
}

export const WARM_KRB5_CONF = '[libdefaults]\n default_realm = WARM.TEST\n dns_lookup_kdc = false\n'

/** A FILE cache, version 4, of warm@WARM.TEST with a ticket that no key opens. */
function cacheWithOneTicket() {
  const data = bytes => Buffer.concat([u32(bytes.length), bytes])
  const principal = (type, ...parts) =>
    Buffer.concat([u32(type), u32(parts.length), ...['WARM.TEST', ...parts].map(part => data(Buffer.from(part)))])
  const times = [1, 1, 0xffffffff, 0].map(u32)
  const ticket = Buffer.from(
    '6141303fa003020105a10b1b095741524d2e54455354a21e301ca003020102a11530131b066b72627467741b095741524d2e54455354a30b3009a003020112a2020400',
    'hex',
  )
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
    data(ticket),
    data(Buffer.alloc(0)),
  ])
}

function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
