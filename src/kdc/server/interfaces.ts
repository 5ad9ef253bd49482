import { networkInterfaces } from 'node:os'

/** Addresses of this machine, as a socket binds to them: link-local IPv6 with its zone. */
export function ownAddresses(): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map(({ address, family, scopeid }) => (family === 'IPv6' && scopeid ? `${address}%${name}` : address)),
  )
}
