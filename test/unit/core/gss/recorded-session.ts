import { createCipheriv, createDecipheriv } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fromHex } from '../../../../src/core/bytes/bytes.ts'
import { nfold } from '../../../../src/core/crypto/nfold.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

/** MIT's kadmin and kadmind, recorded with every key: a directory above the repository has it. */
const PATH = '../shared/vectors/kadm5-session.json'
export const RECORDED = existsSync(PATH)

interface RecordedToken {
  readonly token: string
  readonly over?: string
  readonly plain?: string
  readonly token_seq: number
}

export interface RecordedMessage {
  readonly dir: 'client-to-server' | 'server-to-client'
  readonly procedure: string
  readonly procedure_number?: number
  readonly record: string
  readonly verifier?: RecordedToken
  readonly body?: RecordedToken
}

export function recordedSession() {
  const { keys, cases } = JSON.parse(readFileSync(PATH, 'utf8'))
  const [init, answer, ...messages] = cases
  const key = (name: string) => ({ etype: 18, value: new Secret(hex(keys[name])) })
  return {
    serviceKey: key('service_key'),
    sessionKey: key('session_key'),
    initiatorSubkey: hex(keys.initiator_subkey),
    acceptorSubkey: hex(keys.acceptor_subkey),
    init: init as RecordedMessage & { gss_token: string; authenticator_plain: string; initiator_seq: number },
    answer: answer as RecordedMessage & { gss_token: string; acceptor_seq: number },
    messages: messages as RecordedMessage[],
  }
}

export function hex(text: string): Uint8Array {
  return fromHex(text)!
}

/** A source of random octets that gives what MIT's drew, in order. */
export function scripted(...values: readonly Uint8Array[]): { random: (length: number) => Uint8Array; left: () => number } {
  const rest = [...values]
  return {
    random: () => {
      const next = rest.shift()
      if (next === undefined) throw new Error('more randomness than was recorded')
      return next.slice()
    },
    left: () => rest.length,
  }
}

/** The confounder of a ciphertext of enctype 18 and more than two blocks (RFC 3962): its first block, decrypted. */
export function confounderOf(key: Uint8Array, usage: number, cipher: Uint8Array): Uint8Array {
  const constant = Uint8Array.of(0, 0, 0, usage, 0xaa)
  const derive = createCipheriv('aes-256-cbc', key, new Uint8Array(16)).setAutoPadding(false)
  const encryptionKey = derive.update(Buffer.concat([nfold(constant, 16), new Uint8Array(16)]))
  const open = createDecipheriv('aes-256-ecb', encryptionKey, null).setAutoPadding(false)
  return new Uint8Array(open.update(cipher.subarray(0, 16)))
}

export function numberOctets(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
