import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test, vi } from 'vitest'
import { addressOctets, systemNames } from '../../../src/platform/dns.ts'

const here: { interfaces: Record<string, Pick<NetworkInterfaceInfo, 'address' | 'internal'>[]> } = { interfaces: {} }
vi.mock('node:os', () => ({ networkInterfaces: () => here.interfaces }))

test("a machine's addresses are those of all interfaces but loopback and link-local ones, each once", async () => {
  here.interfaces = {
    lo: [
      { address: '127.0.0.1', internal: true },
      { address: '::1', internal: true },
      { address: '10.53.57.21', internal: true },
    ],
    eth0: [
      { address: '192.0.2.7', internal: false },
      { address: 'fe80::1', internal: false },
      { address: '2001:db8::7', internal: false },
    ],
    eth1: [{ address: '192.0.2.7', internal: false }],
  }
  expect(await systemNames().local()).toEqual(['10.53.57.21', '192.0.2.7', '2001:db8::7'].map(addressOctets))
})
