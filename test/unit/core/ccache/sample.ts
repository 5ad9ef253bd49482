import type { Credential } from '../../../../src/core/ccache/credential.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

/** alice's ticket for host/web, with `change` laid over it. */
export function credential(change: Partial<Credential>): Credential {
  return {
    client: { type: 1, realm: 'A.TEST', components: ['alice'] },
    server: { type: 1, realm: 'A.TEST', components: ['host', 'web.a.test'] },
    key: { etype: 18, value: Secret.copyOf(new Uint8Array(32).fill(7)) },
    authtime: 1_000_000_000,
    starttime: 1_000_000_001,
    endtime: 1_000_036_000,
    renewTill: 1_000_600_000,
    isSkey: false,
    flags: 0x4081_0000,
    addresses: [{ type: 2, data: Uint8Array.of(127, 0, 0, 1) }],
    authdata: [],
    ticket: Uint8Array.of(0x61, 3, 1, 2, 3),
    secondTicket: new Uint8Array(0),
    ...change,
  }
}
