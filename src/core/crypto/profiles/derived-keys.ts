import type { Bytes } from '../../bytes/bytes.ts'
import type { KeyUsageId } from '../../registry/key-usage.ts'
import type { Etype, PreparedKey } from '../etype.ts'

/** Messages of one key usage, under whatever keys the profile derives for it. */
export interface MessageKeys {
  seal(plaintext: Bytes, confounder: Bytes): Bytes
  /** undefined when the octets are wrong. */
  open(ciphertext: Bytes): Bytes | undefined
}

/** A keyed hash: HMAC, CMAC, or a construction upon one. */
export interface Mac {
  /** First `length` octets of the hash of `parts`, one after the other. */
  digest(length: number, ...parts: readonly Bytes[]): Bytes
}

/** How a profile derives from one protocol key. */
export interface Derivation {
  message(usage: KeyUsageId): MessageKeys
  /** Kc. */
  checksum(usage: KeyUsageId): Mac
  prf(data: Bytes): Bytes
}

/** The prepared key of every enctype: derives on first use and keeps the result. A key has few usages, so nothing is dropped. */
export class DerivedKeys implements PreparedKey {
  readonly etype: Etype
  readonly #derivation: Derivation
  readonly #messages = new Map<KeyUsageId, MessageKeys>()
  readonly #checksums = new Map<KeyUsageId, Mac>()

  constructor(etype: Etype, derivation: Derivation) {
    this.etype = etype
    this.#derivation = derivation
  }

  /** The profile's own view of `key`; a key of another enctype is a programmer's mistake. */
  static of(key: PreparedKey, etype: Etype): DerivedKeys {
    if (key instanceof DerivedKeys && key.etype === etype) return key
    throw new Error(`key of etype ${key.etype.id} given to etype ${etype.id}`)
  }

  message(usage: KeyUsageId): MessageKeys {
    return this.#messages.get(usage) ?? keep(this.#messages, usage, this.#derivation.message(usage))
  }

  checksum(usage: KeyUsageId): Mac {
    return this.#checksums.get(usage) ?? keep(this.#checksums, usage, this.#derivation.checksum(usage))
  }

  prf(data: Bytes): Bytes {
    return this.#derivation.prf(data)
  }
}

function keep<T>(map: Map<KeyUsageId, T>, usage: KeyUsageId, value: T): T {
  map.set(usage, value)
  return value
}
