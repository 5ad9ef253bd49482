export type AddressTypeId = number

/** Address types (RFC 4120 §7.5.3; the last two are MIT's, for addresses with a port). */
export const AddressType = {
  INET: 2,
  DIRECTIONAL: 3,
  CHAOS: 5,
  XNS: 6,
  ISO: 7,
  DECNET: 12,
  DDP: 16,
  NETBIOS: 20,
  INET6: 24,
  ADDRPORT: 256,
  IPPORT: 257,
} as const satisfies Record<string, AddressTypeId>
