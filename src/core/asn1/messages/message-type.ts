import type { Bytes } from '../../bytes/bytes.ts'
import { MsgType, type MsgTypeId } from '../../registry/msg-type.ts'

/** What the first octet announces (RFC 4120 §5.10); undefined when it is no message. Nothing else is looked at. */
export function messageType(octets: Bytes): MsgTypeId | undefined {
  const first = octets[0] ?? 0
  return (first & 0xe0) === 0x60 && TYPES.has(first & 0x1f) ? first & 0x1f : undefined
}

const TYPES: ReadonlySet<MsgTypeId> = new Set(Object.values(MsgType))
