import { type Bytes, concat, sameBytes } from '../bytes/bytes.ts'
import type { RandomSource } from '../crypto/encrypted-data.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { KrbError } from '../errors/krb-error.ts'
import { KeyUsage } from '../registry/key-usage.ts'
import { NumberWindow } from './number-window.ts'
import { decodeMicHeader, decodeWrapHeader, encodeMicHeader, encodeWrapHeader, HEADER_OCTETS, TokenFlag } from './token-header.ts'

/**
 * An established context's per-message tokens (RFC 4121 §4.2). Every token that is received is looked at for replay: its number is
 * used up once the token has proved genuine, a token that has not leaves no trace. Numbers may have gaps and come out of order within 64.
 *
 * What is received throws `KRB5_BAD_MSIZE`, `KRB5KRB_AP_ERR_MSG_TYPE` (no such token), `KRB5KRB_AP_ERR_BADDIRECTION` (our own token),
 * `KRB5KRB_AP_ERR_MODIFIED` and `KRB5KRB_AP_ERR_BAD_INTEGRITY`, `KRB5KRB_AP_ERR_REPEAT` and `KRB5KRB_AP_ERR_BADORDER` (older than
 * what is remembered).
 */
export interface GssContext {
  getMic(message: Bytes): Bytes
  verifyMic(message: Bytes, token: Bytes): void
  /** `sealed` = with confidentiality. */
  wrap(message: Bytes, sealed: boolean): Bytes
  /** The message in a buffer that the caller owns. */
  unwrap(token: Bytes): { readonly message: Bytes; readonly sealed: boolean }
}

export interface ContextTerms {
  readonly side: 'initiator' | 'acceptor'
  /** The acceptor's subkey when it asserted one, else the initiator's, else the session key (RFC 4121 §2). */
  readonly key: PreparedKey
  readonly acceptorSubkey: boolean
  /** Numbers of the first token in each direction. */
  readonly sendFrom: number
  readonly receiveFrom: number
  readonly random: RandomSource
}

export function establishContext(terms: ContextTerms): GssContext {
  return new TokenContext(terms)
}

class TokenContext implements GssContext {
  readonly #key: PreparedKey
  readonly #random: RandomSource
  readonly #send: Direction
  readonly #receive: Direction
  readonly #received: NumberWindow
  #next: bigint

  constructor({ side, key, acceptorSubkey, sendFrom, receiveFrom, random }: ContextTerms) {
    this.#key = key
    this.#random = random
    const subkey = acceptorSubkey ? TokenFlag.ACCEPTOR_SUBKEY : 0
    const directions = {
      initiator: { flags: subkey, seal: KeyUsage.GSS_INITIATOR_SEAL, sign: KeyUsage.GSS_INITIATOR_SIGN },
      acceptor: { flags: subkey | TokenFlag.SENT_BY_ACCEPTOR, seal: KeyUsage.GSS_ACCEPTOR_SEAL, sign: KeyUsage.GSS_ACCEPTOR_SIGN },
    }
    this.#send = directions[side]
    this.#receive = directions[side === 'initiator' ? 'acceptor' : 'initiator']
    this.#next = BigInt(sendFrom)
    this.#received = new NumberWindow(WINDOW, BigInt(receiveFrom))
  }

  getMic(message: Bytes): Bytes {
    const header = encodeMicHeader({ flags: this.#send.flags, number: this.#nextNumber() })
    return concat(header, this.#checksum(this.#send.sign, message, header))
  }

  verifyMic(message: Bytes, token: Bytes): void {
    const { flags, number } = decodeMicHeader(token)
    this.#checkFlags(flags)
    if (flags & TokenFlag.SEALED) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
    this.#verify(this.#receive.sign, message, token.subarray(0, HEADER_OCTETS), token.subarray(HEADER_OCTETS))
    this.#useUp(number)
  }

  wrap(message: Bytes, sealed: boolean): Bytes {
    const flags = this.#send.flags | (sealed ? TokenFlag.SEALED : 0)
    const bare = { flags, extraCount: 0, rotation: 0, number: this.#nextNumber() }
    const header = encodeWrapHeader(bare)
    if (sealed) return concat(header, this.#encrypt(concat(message, header)))
    // The checksum is over a header without EC (RFC 4121 §4.2.4), the receiver cannot tell it from the message without.
    const { checksumBytes } = this.#key.etype
    return concat(encodeWrapHeader({ ...bare, extraCount: checksumBytes }), message, this.#checksum(this.#send.seal, message, header))
  }

  unwrap(token: Bytes): { readonly message: Bytes; readonly sealed: boolean } {
    const header = decodeWrapHeader(token)
    this.#checkFlags(header.flags)
    const body = unrotated(token.subarray(HEADER_OCTETS), header.rotation)
    const sealed = (header.flags & TokenFlag.SEALED) !== 0
    const message = sealed ? this.#openSealed(body, token, header.extraCount) : this.#openSigned(body, token, header.extraCount)
    this.#useUp(header.number)
    return { message, sealed }
  }

  /** message | filler of EC octets | header with RRC 0 (RFC 4121 §4.2.4); the header before it proves nothing unless it is the same. */
  #openSealed(body: Bytes, token: Bytes, extraCount: number): Bytes {
    const plain = this.#key.etype.decrypt(this.#key, this.#receive.seal, body)
    try {
      const length = plain.length - HEADER_OCTETS - extraCount
      if (length < 0) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
      if (!sameBytes(plain.subarray(plain.length - HEADER_OCTETS), headerWith(token, {}))) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
      return plain.slice(0, length)
    } finally {
      plain.fill(0)
    }
  }

  /** message | checksum over message and header with EC and RRC 0; EC is not signed, but any other than the checksum's length fails. */
  #openSigned(body: Bytes, token: Bytes, extraCount: number): Bytes {
    const length = body.length - extraCount
    if (length < 0) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
    const message = body.slice(0, length)
    this.#verify(this.#receive.seal, message, headerWith(token, { extraCount: 0 }), body.subarray(length))
    return message
  }

  #checkFlags(flags: number): void {
    const wrong = flags ^ this.#receive.flags
    if (wrong & TokenFlag.SENT_BY_ACCEPTOR) throw new KrbError('KRB5KRB_AP_ERR_BADDIRECTION')
    if (wrong & TokenFlag.ACCEPTOR_SUBKEY) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  }

  #useUp(number: bigint): void {
    const standing = this.#received.standing(number)
    if (standing !== 'new') throw new KrbError(standing === 'seen' ? 'KRB5KRB_AP_ERR_REPEAT' : 'KRB5KRB_AP_ERR_BADORDER')
    this.#received.mark(number)
  }

  #nextNumber(): bigint {
    const number = this.#next
    this.#next = BigInt.asUintN(64, number + 1n)
    return number
  }

  #encrypt(plain: Bytes): Bytes {
    const { etype } = this.#key
    try {
      return etype.encrypt(this.#key, this.#send.seal, plain, this.#random(etype.confounderBytes))
    } finally {
      plain.fill(0)
    }
  }

  #checksum(usage: number, message: Bytes, header: Bytes): Bytes {
    return this.#key.etype.checksum(this.#key, usage, concat(message, header))
  }

  #verify(usage: number, message: Bytes, header: Bytes, checksum: Bytes): void {
    const genuine = this.#key.etype.verifyChecksum(this.#key, usage, concat(message, header), checksum)
    if (!genuine) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  }
}

/** What one side puts into its tokens. */
interface Direction {
  readonly flags: number
  readonly seal: number
  readonly sign: number
}

/** A received token's header, octet for octet but for RRC and, when given, EC. */
function headerWith(token: Bytes, { extraCount }: { readonly extraCount?: 0 }): Bytes {
  const header = token.slice(0, HEADER_OCTETS)
  header.fill(0, extraCount === undefined ? RRC_AT : EC_AT, RRC_AT + 2)
  return header
}

/** Undoes a rotation to the right by `count` octets, which may exceed the length (RFC 4121 §4.2.5). */
function unrotated(body: Bytes, count: number): Bytes {
  const shift = body.length === 0 ? 0 : count % body.length
  return shift === 0 ? body : concat(body.subarray(shift), body.subarray(0, shift))
}

/** Received tokens may come that far out of order. */
const WINDOW = 64

const EC_AT = 4
const RRC_AT = 6
