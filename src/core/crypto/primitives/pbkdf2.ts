import { pbkdf2 as nodePbkdf2 } from 'node:crypto'
import type { Bytes } from '../../bytes/bytes.ts'
import type { HashName } from './hmac.ts'

/** PBKDF2 (RFC 8018 §5.2) on the thread pool. The password is copied before the call returns, so the caller may wipe it at once. */
export function pbkdf2(hash: HashName, password: Bytes, salt: Bytes, iterations: number, length: number): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    nodePbkdf2(password, salt, iterations, length, hash, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}
