import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { digestText } from '../../core/crypto/primitives/hash.ts'
import type { FoundKey } from '../keys.ts'
import type { KeyData } from '../store/entry.ts'

/** A ticket as it was opened, with its session key ready for work. */
export interface OpenedTicket {
  readonly ticket: EncTicketPart
  readonly sessionKey: PreparedKey
  /** The stored key that opened it. */
  readonly openedBy: KeyData
}

/**
 * The header tickets used last: who asks for one service ticket mostly asks for more with the same TGT, and opening it again and deriving
 * from its session key is a third of a TGS request. Everything that changes with time or request is checked each time.
 */
export class OpenedTickets {
  readonly #known = new Map<string, OpenedTicket>()

  /** Only if the key that opened it is one that may open it now: an entry that has changed has other keys. */
  find(cipher: Bytes, keys: readonly FoundKey[]): OpenedTicket | undefined {
    const known = this.#known.get(digestText('sha256', cipher))
    return known !== undefined && keys.some(({ data }) => data === known.openedBy) ? known : undefined
  }

  keep(cipher: Bytes, opened: OpenedTicket): void {
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(digestText('sha256', cipher), opened)
  }
}

const KEPT = 1024
