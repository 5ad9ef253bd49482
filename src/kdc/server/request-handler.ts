import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Transport } from '../handler.ts'
import type { PeerAddress } from '../peer-address.ts'

/** A server without sockets: octets in, octets out. */
export interface RequestHandler {
  /** undefined: no reply; a TCP connection is closed then. Never rejects. */
  handle(message: Bytes, from: PeerAddress, transport: Transport): Promise<Bytes | undefined>
}
