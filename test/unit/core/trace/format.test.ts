import { expect, test } from 'vitest'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { parsePrincipal, tgtPrincipal } from '../../../../src/core/principal/principal.ts'
import type { TraceEvent } from '../../../../src/core/trace/events.ts'
import { traceLine, traceText } from '../../../../src/core/trace/format.ts'

const alice = parsePrincipal('alice@MIT.TEST')
const host = parsePrincipal('host/x@MIT.TEST')
const tgt = tgtPrincipal('MIT.TEST')
const proxy = { transport: 'https', address: '::1', port: 443 } as const
const kdc = { transport: 'udp', address: '127.0.0.1', port: 88 } as const

/** Lines of MIT's kinit and kvno 1.20.1 under KRB5_TRACE=/dev/stderr, and their wording in k5-trace.h. */
const LINES: readonly (readonly [TraceEvent, string])[] = [
  [{ event: 'init-creds', client: alice }, 'Getting initial credentials for alice@MIT.TEST'],
  [{ event: 'preauth-none' }, 'Sending unauthenticated request'],
  [{ event: 'sending-request', bytes: 176, realm: 'MIT.TEST', primary: false, tcpOnly: false }, 'Sending request (176 bytes) to MIT.TEST'],
  [
    { event: 'sending-request', bytes: 176, realm: 'MIT.TEST', primary: false, tcpOnly: true },
    'Sending request (176 bytes) to MIT.TEST (tcp only)',
  ],
  [
    { event: 'sending-request', bytes: 176, realm: 'MIT.TEST', primary: true, tcpOnly: false },
    'Sending request (176 bytes) to MIT.TEST (primary)',
  ],
  [{ event: 'resolving-host', host: '127.0.0.1' }, 'Resolving hostname 127.0.0.1'],
  [{ event: 'udp-sending', to: kdc, again: false }, 'Sending initial UDP request to dgram 127.0.0.1:88'],
  [{ event: 'udp-sending', to: kdc, again: true }, 'Sending retry UDP request to dgram 127.0.0.1:88'],
  [{ event: 'tcp-connecting', to: { ...kdc, transport: 'tcp' } }, 'Initiating TCP connection to stream 127.0.0.1:88'],
  [{ event: 'tcp-sending', to: { ...kdc, transport: 'tcp' } }, 'Sending TCP request to stream 127.0.0.1:88'],
  [{ event: 'tcp-closing', to: { ...kdc, transport: 'tcp' } }, 'Terminating TCP connection to stream 127.0.0.1:88'],
  [{ event: 'answer-received', bytes: 221, from: kdc }, 'Received answer (221 bytes) from dgram 127.0.0.1:88'],
  [
    { event: 'kdc-error', error: { number: -1765328359, text: 'Additional pre-authentication required' } },
    'Received error from KDC: -1765328359/Additional pre-authentication required',
  ],
  [{ event: 'too-big-for-udp' }, 'Request or response is too big for UDP; retrying with TCP'],
  [{ event: 'preauth-from-method-data' }, 'Preauthenticating using KDC method data'],
  [
    { event: 'preauth-offered', paTypes: [136, 19, 2, 133, 4711] },
    'Processing preauth types: PA-FX-FAST (136), PA-ETYPE-INFO2 (19), PA-ENC-TIMESTAMP (2), PA-FX-COOKIE (133), 4711',
  ],
  [
    { event: 'etype-info', etype: 18, salt: encodeText('MIT.TESTalice'), params: Uint8Array.of(0, 0, 16, 0) },
    'Selected etype info: etype aes256-cts, salt "MIT.TESTalice", params "\\x00\\x00\\x10\\x00"',
  ],
  [{ event: 'password-expired' }, 'Principal expired; getting changepw ticket'],
  [{ event: 'password-change-try', left: 3 }, 'Attempting password change; 3 tries remaining'],
  [{ event: 'password-changed' }, 'Getting initial TGT with changed password'],
  [
    {
      event: 'ap-req-made',
      client: alice,
      server: host,
      seqNumber: 0,
      subkey: { etype: 18, fingerprint: '9A80' },
      sessionKey: { etype: 18, fingerprint: '2DDC' },
    },
    'Creating authenticator for alice@MIT.TEST -> host/x@MIT.TEST, seqnum 0, subkey aes256-cts/9A80, session key aes256-cts/2DDC',
  ],
  [
    { event: 'ap-rep-read', ctime: 1795301648, cusec: 213163, subkey: { etype: 18, fingerprint: '9A80' }, seqNumber: 914468377 },
    'Read AP-REP, time 1795301648.213163, subkey aes256-cts/9A80, seqnum 914468377',
  ],
  [{ event: 'ap-rep-read', ctime: 1, cusec: 2, subkey: undefined, seqNumber: 0 }, 'Read AP-REP, time 1.2, subkey (null), seqnum 0'],
  [{ event: 'cookie-received', cookie: encodeText('MIT') }, 'Received cookie: MIT'],
  [
    { event: 'encrypted-timestamp-key', key: { etype: 18, fingerprint: '8D71' } },
    'AS key obtained for encrypted timestamp: aes256-cts/8D71',
  ],
  [
    { event: 'encrypted-timestamp', seconds: 1795299655, micros: 518653, plain: Uint8Array.of(0x30, 0x1a), encrypted: Uint8Array.of(0x8f) },
    'Encrypted timestamp (for 1795299655.518653): plain 301A, encrypted 8F',
  ],
  [
    { event: 'preauth-module', name: 'encrypted_timestamp', paType: 2, real: true, result: { number: 0, text: 'Success' } },
    'Preauth module encrypted_timestamp (2) (real) returned: 0/Success',
  ],
  [{ event: 'preauth-produced', paTypes: [133, 2] }, 'Produced preauth for next request: PA-FX-COOKIE (133), PA-ENC-TIMESTAMP (2)'],
  [{ event: 'preauth-produced', paTypes: [] }, 'Produced preauth for next request: (empty)'],
  [{ event: 'reply-key-from-preauth', key: { etype: 20, fingerprint: '8D71' } }, 'AS key determined by preauth: aes256-sha2/8D71'],
  [{ event: 'as-reply-decrypted', key: { etype: 18, fingerprint: '09D7' } }, 'Decrypted AS reply; session key is: aes256-cts/09D7'],
  [{ event: 'fast-negotiation', available: true }, 'FAST negotiation: available'],
  [{ event: 'fast-negotiation', available: false }, 'FAST negotiation: unavailable'],
  [
    { event: 'cache-stored', client: alice, server: tgt, cache: 'FILE:/tmp/cc' },
    'Storing alice@MIT.TEST -> krbtgt/MIT.TEST@MIT.TEST in FILE:/tmp/cc',
  ],
  [
    { event: 'service-creds', client: alice, server: host, cache: 'FILE:/tmp/cc' },
    'Getting credentials alice@MIT.TEST -> host/x@MIT.TEST using ccache FILE:/tmp/cc',
  ],
  [{ event: 'local-tgt', client: alice, server: tgt }, 'Starting with TGT for client realm: alice@MIT.TEST -> krbtgt/MIT.TEST@MIT.TEST'],
  [{ event: 'requesting-service', server: host, referrals: true }, 'Requesting tickets for host/x@MIT.TEST, referrals on'],
  [{ event: 'requesting-service', server: host, referrals: false }, 'Requesting tickets for host/x@MIT.TEST, referrals off'],
  [{ event: 'tgs-subkey', key: { etype: 18, fingerprint: '4D20' } }, 'Generated subkey for TGS request: aes256-cts/4D20'],
  [
    { event: 'tgs-etypes', etypes: [18, 17, 20, 19, 16, 23, 25, 26] },
    'etypes requested in TGS request: aes256-cts, aes128-cts, aes256-sha2, aes128-sha2, des3-cbc-sha1, rc4-hmac, camellia128-cts, camellia256-cts',
  ],
  [
    { event: 'tgs-reply', client: alice, server: host, key: { etype: 18, fingerprint: 'AC1C' } },
    'TGS reply is for alice@MIT.TEST -> host/x@MIT.TEST with session key aes256-cts/AC1C',
  ],
  [{ event: 'tgs-result', result: { number: 0, text: 'Success' } }, 'TGS request result: 0/Success'],
  [{ event: 'service-creds-received', server: host }, 'Received creds for desired service host/x@MIT.TEST'],
  [{ event: 'answered-by-primary', primary: false }, 'Response was not from primary KDC'],
  [{ event: 'answered-by-primary', primary: true }, 'Response was from primary KDC'],
  [{ event: 'init-creds-primary' }, 'Retrying AS request with primary KDC'],
  [{ event: 'uri-query', domain: '_kerberos.MIT.TEST.' }, 'Sending DNS URI query for _kerberos.MIT.TEST.'],
  [{ event: 'uri-answer', priority: 10, weight: 1, target: 'krb5srv:m:udp:kdc' }, 'URI answer: 10 1 "krb5srv:m:udp:kdc"'],
  [{ event: 'uri-none' }, 'No URI records found'],
  [{ event: 'srv-query', domain: '_kerberos._udp.MIT.TEST.' }, 'Sending DNS SRV query for _kerberos._udp.MIT.TEST.'],
  [{ event: 'srv-answer', priority: 0, weight: 5, port: 88, host: 'kdc.mit.test.' }, 'SRV answer: 0 5 88 "kdc.mit.test."'],
  [{ event: 'srv-none' }, 'No SRV records found'],
  [{ event: 'txt-lookup', domain: '_kerberos.x.test.', realm: undefined }, 'TXT record _kerberos.x.test. not found'],
  [{ event: 'txt-lookup', domain: '_kerberos.x.test.', realm: 'MIT.TEST' }, 'TXT record _kerberos.x.test. found: MIT.TEST'],
  [{ event: 'https-sending', to: proxy }, 'Sending HTTPS request to https ::1:443'],
  [{ event: 'https-connect-error', to: proxy }, 'HTTPS error connecting to https ::1:443'],
  [{ event: 'https-send-error', to: proxy }, 'HTTPS error sending to https ::1:443'],
  [{ event: 'https-error', text: 'HTTP/1.1 502 Bad Gateway' }, 'HTTPS error: HTTP/1.1 502 Bad Gateway'],
  [{ event: 'tls-name-matched', host: 'proxy.test' }, 'TLS certificate name matched "proxy.test"'],
  [{ event: 'tls-name-mismatch', host: 'proxy.test' }, 'TLS certificate name mismatch: server certificate is not for "proxy.test"'],
  [
    { event: 'keytab-entry', principal: host, keytab: 'FILE:/k', kvno: 0, etype: 18, result: { number: 0, text: 'Success' } },
    'Retrieving host/x@MIT.TEST from FILE:/k (vno 0, enctype aes256-cts) with result: 0/Success',
  ],
  [{ event: 'fallback-realm', realm: 'B' }, 'Local realm referral failed; trying fallback realm B'],
  [{ event: 'fallback-host', host: 'www.mit.test' }, 'Falling back to canonicalized server hostname www.mit.test'],
]

test.each(LINES)('$event', (event, text) => {
  expect(traceText(event)).toBe(text)
})

test('a line has process, time to the microsecond and a newline', () => {
  expect(traceLine({ event: 'preauth-none' }, 42, { seconds: 1795299655, micros: 17 })).toBe(
    '[42] 1795299655.000017: Sending unauthenticated request\n',
  )
})

test('what strangers wrote cannot steer a terminal', () => {
  expect(traceText({ event: 'kdc-error', error: { number: 1, text: 'a\u001b[2J' } })).toBe('Received error from KDC: 1/a\\x1b[2J')
  expect(traceText({ event: 'init-creds-referral', realm: 'A\nB' })).toBe('Following referral to realm A\\x0aB')
})
