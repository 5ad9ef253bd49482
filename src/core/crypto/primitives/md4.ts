import type { Bytes } from '../../bytes/bytes.ts'

/** MD4 (RFC 1320), which OpenSSL 3 no longer has. Broken; good only for the keys that RFC 4757 makes of passwords. */
export function md4(data: Bytes): Bytes {
  const padded = new Uint8Array((((data.length + 8) >>> 6) + 1) << 6)
  padded.set(data)
  padded[data.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, data.length << 3, true)
  view.setUint32(padded.length - 4, data.length >>> 29, true)
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  const words = new Uint32Array(16)
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + 4 * i, true)
    absorb(state, words)
  }
  padded.fill(0)
  words.fill(0)
  const out = new Uint8Array(16)
  const result = new DataView(out.buffer)
  state.forEach((word, i) => {
    result.setUint32(4 * i, word, true)
  })
  return out
}

function absorb(state: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (const { mix, constant, order, shifts } of ROUNDS) {
    for (let i = 0; i < 16; i++) {
      const sum = (a + mix(b, c, d) + words[order[i]!]! + constant) | 0
      const shift = shifts[i & 3]!
      ;[a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c]
    }
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
}

interface Round {
  mix(x: number, y: number, z: number): number
  readonly constant: number
  /** Which word each step adds. */
  readonly order: readonly number[]
  readonly shifts: readonly number[]
}

const ROUNDS: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
]
