import type { Bytes } from '../../bytes/bytes.ts'

/** RC4 (the stream of RFC 6229), which OpenSSL 3 no longer has: encrypts and decrypts. Broken; good only for RFC 4757. */
export function rc4(key: Bytes, data: Bytes): Bytes {
  const state = new Uint8Array(256)
  for (let i = 0; i < 256; i++) state[i] = i
  for (let i = 0, j = 0; i < 256; i++) {
    const octet = state[i]!
    j = (j + octet + key[i % key.length]!) & 0xff
    state[i] = state[j]!
    state[j] = octet
  }
  const out = new Uint8Array(data.length)
  for (let at = 0, i = 0, j = 0; at < data.length; at++) {
    i = (i + 1) & 0xff
    const octet = state[i]!
    j = (j + octet) & 0xff
    const other = state[j]!
    state[i] = other
    state[j] = octet
    out[at] = data[at]! ^ state[(octet + other) & 0xff]!
  }
  state.fill(0)
  return out
}
