import {
  type Cipher,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipher,
  getCipherInfo,
  getFips,
  type KeyObject,
} from 'node:crypto'
import type { Bytes } from '../../bytes/bytes.ts'

/** A block cipher in CBC mode, opened for one key. Every call is a message of its own with a zero initial vector. */
export interface Cbc {
  /** `blocks` is whole blocks; the call spoils them. */
  encrypt(blocks: Bytes): Bytes
  /** `blocks` is whole blocks and stays as it is. */
  decrypt(blocks: Bytes): Bytes
}

/** What can be opened with a key: node's below, and another implementation of the same in the tests. */
export interface CbcCipher {
  readonly keyBytes: number
  readonly blockBytes: number
  open(key: Bytes): Cbc
}

export const AES_128: CbcCipher = nodeCbc('aes-128-cbc', 16, 16)
export const AES_256: CbcCipher = nodeCbc('aes-256-cbc', 32, 16)

/** The older ciphers: use them where `hasCipher` says so. */
export const CAMELLIA_128: CbcCipher = nodeCbc('camellia-128-cbc', 16, 16)
export const CAMELLIA_256: CbcCipher = nodeCbc('camellia-256-cbc', 32, 16)
/** Keys with their parity bits: 24 octets. */
export const TRIPLE_DES: CbcCipher = nodeCbc('des-ede3-cbc', 24, 8)

/** Whether this OpenSSL has one of the older ciphers: builds leave some out, and so does FIPS mode. */
export function hasCipher(algorithm: 'camellia-128-cbc' | 'camellia-256-cbc' | 'des-ede3-cbc'): boolean {
  return getFips() === 0 && getCipherInfo(algorithm) !== undefined
}

function nodeCbc(algorithm: string, keyBytes: number, blockBytes: number): CbcCipher {
  const zero = new Uint8Array(blockBytes)
  return { keyBytes, blockBytes, open: key => new NodeCbc(algorithm, zero, createSecretKey(key)) }
}

/**
 * Making a cipher object costs more than using one, so each direction has one for the life of the key. It goes on chaining from
 * message to message; XORing the first block with the ciphertext block before it cancels that out, which is the same as a zero
 * initial vector. Keys are KeyObjects because Node 24 takes 20 us to set up a cipher from octets.
 */
class NodeCbc implements Cbc {
  readonly #algorithm: string
  readonly #zero: Bytes
  readonly #key: KeyObject
  #encryption: Chain | undefined
  #decryption: Chain | undefined

  constructor(algorithm: string, zero: Bytes, key: KeyObject) {
    this.#algorithm = algorithm
    this.#zero = zero
    this.#key = key
  }

  encrypt(blocks: Bytes): Bytes {
    requireWhole(blocks, this.#zero.length)
    this.#encryption ??= new Chain(createCipheriv(this.#algorithm, this.#key, this.#zero), this.#zero.length)
    const { cipher, last } = this.#encryption
    xorBlock(blocks, last)
    const out = cipher.update(blocks)
    copyLastBlock(out, last)
    return out
  }

  decrypt(blocks: Bytes): Bytes {
    requireWhole(blocks, this.#zero.length)
    this.#decryption ??= new Chain(createDecipheriv(this.#algorithm, this.#key, this.#zero), this.#zero.length)
    const { cipher, last } = this.#decryption
    const out = cipher.update(blocks)
    xorBlock(out, last)
    copyLastBlock(blocks, last)
    return out
  }
}

/** A cipher object and the last ciphertext block that went through it. */
class Chain {
  readonly cipher: Cipher | Decipher
  readonly last: Bytes

  constructor(cipher: Cipher | Decipher, blockBytes: number) {
    this.cipher = cipher.setAutoPadding(false)
    this.last = new Uint8Array(blockBytes)
  }
}

/** A part of a block would stay inside the cipher object and damage the next message. */
function requireWhole(blocks: Bytes, blockBytes: number): void {
  if (blocks.length === 0 || blocks.length % blockBytes !== 0) throw new Error('CBC works on whole blocks')
}

function xorBlock(data: Bytes, block: Bytes): void {
  for (let i = 0; i < block.length; i++) data[i]! ^= block[i]!
}

function copyLastBlock(data: Bytes, block: Bytes): void {
  const start = data.length - block.length
  for (let i = 0; i < block.length; i++) block[i] = data[start + i]!
}
