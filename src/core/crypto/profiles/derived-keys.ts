import type { Bytes } from '../../bytes/bytes.ts'
import type { KeyUsageId } from '../../registry/key-usage.ts'
import type { Etype, PreparedKey } from '../etype.ts'
import type { Cbc } from '../primitives/cbc.ts'
import type { HmacKey } from '../primitives/hmac.ts'

/** Ke and Ki of one key usage. */
export interface MessageKeys {
  readonly encryption: Cbc
  readonly integrity: HmacKey
}

/** How a profile derives from one protocol key. */
export interface Derivation {
  message(usage: KeyUsageId): MessageKeys
  /** Kc. */
  checksum(usage: KeyUsageId): HmacKey
  prf(data: Bytes): Bytes
}

/** The prepared key of both profiles: derives on first use and keeps the result. A key has few usages, so nothing is dropped. */
export class DerivedKeys implements PreparedKey {
  readonly etype: Etype
  readonly #derivation: Derivation
  readonly #messages = new Map<KeyUsageId, MessageKeys>()
  readonly #checksums = new Map<KeyUsageId, HmacKey>()

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

  checksum(usage: KeyUsageId): HmacKey {
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
