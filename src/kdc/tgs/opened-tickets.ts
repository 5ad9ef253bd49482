import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { digestText } from '../../core/crypto/primitives/hash.ts'
import type { TicketPac } from '../../core/pac/ticket-pac.ts'
import type { FoundKey } from '../keys.ts'
import type { KeyData } from '../store/entry.ts'

/** A ticket as it was opened, with its session key ready for work. */
export interface OpenedTicket {
  readonly ticket: EncTicketPart
  readonly sessionKey: PreparedKey
  /** The stored key that opened it. */
  readonly openedBy: KeyData
  /** Its PAC, whose server signature is looked at when it is asked for the first time. Throws `KrbError` for a malformed or forged one. */
  readonly pac: () => TicketPac | undefined
  /** SHA-256 of its encrypted part, in hexadecimal. */
  readonly digest: string
}

/**
 * The header tickets used last: who asks for one service ticket mostly asks for more with the same TGT, and opening it again and deriving
 * from its session key is half of a TGS request. Everything that changes with time or request is checked each time. A ticket is kept when it comes
 * for the second time, since keeping those that never come again costs more than opening them. There are two halves, of which the older one is
 * dropped as a whole when the younger one is full.
 */
export class OpenedTickets {
  /** By a hash of the sealed part; undefined: came once. */
  #young = new Map<string, OpenedTicket | undefined>()
  #old = new Map<string, OpenedTicket | undefined>()

  /** What `open` gives, or gave before, if the key that opened it is one that may open it now: an entry that has changed has other keys. */
  opened(cipher: Bytes, keys: readonly FoundKey[], open: (digest: string) => OpenedTicket): OpenedTicket {
    const id = digestText('sha256', cipher)
    const known = this.#young.get(id) ?? this.#old.get(id)
    if (known !== undefined && keys.some(({ data }) => data === known.openedBy)) return known
    const fresh = open(id)
    const cameBefore = this.#young.has(id) || this.#old.has(id)
    if (this.#young.size >= HALF) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, cameBefore ? fresh : undefined)
    return fresh
  }
}

const HALF = 1024
