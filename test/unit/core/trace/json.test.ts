import { expect, test } from 'vitest'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import type { TraceEvent } from '../../../../src/core/trace/events.ts'
import { traceJson } from '../../../../src/core/trace/json.ts'

const alice = parsePrincipal('alice@MIT.TEST')

test.each<[TraceEvent, object]>([
  [{ event: 'preauth-none' }, { text: 'Sending unauthenticated request' }],
  [
    { event: 'init-creds', client: alice },
    { client: 'alice@MIT.TEST', text: 'Getting initial credentials for alice@MIT.TEST' },
  ],
  [{ event: 'tgs-etypes', etypes: [18, 4711] }, { etypes: ['aes256-cts-hmac-sha1-96', expect.stringContaining('4711')] }],
  [{ event: 'reply-key', key: { etype: 18, fingerprint: '39BE' } }, { key: { etype: 'aes256-cts-hmac-sha1-96', fingerprint: '39BE' } }],
  [{ event: 'preauth-offered', paTypes: [2, 19] }, { paTypes: [2, 19] }],
  [{ event: 'cookie-received', cookie: Uint8Array.of(0, 0xff) }, { cookie: '00ff' }],
  [
    { event: 'udp-sending', to: { transport: 'udp', address: '::1', port: 88 }, again: false },
    { to: { transport: 'udp', address: '::1', port: 88 }, again: false },
  ],
  [
    { event: 'init-creds-referral', realm: 'A\nB' },
    { realm: 'A\nB', text: 'Following referral to realm A\\x0aB' },
  ],
])('%j', (event, data) => {
  const line = traceJson(event, 42, { seconds: 1_795_299_655, micros: 17 })
  expect(line.split('\n')).toHaveLength(2)
  expect(JSON.parse(line)).toMatchObject({ time: '2026-11-21T22:20:55.000017Z', pid: 42, event: event.event, ...data })
})
