import type { Bytes } from './bytes.ts'

/**
 * Names and realms are octet strings on the wire and in files (RFC 4120 §5.2.1), UTF-8 by everybody's habit. Inside they are
 * JavaScript strings, and the mapping is lossless: octets that are not valid UTF-8 become the lone surrogates U+DC80..U+DCFF
 * (one octet each), which `encodeText` turns back. Two names are equal exactly when their octets are (threat T15).
 */
export function decodeText(bytes: Bytes): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return decodeNonAscii(buffer)
  return buffer.toString('latin1')
}

export function encodeText(text: string): Bytes {
  const octets = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return encodeNonAscii(text)
    octets[i] = code
  }
  return octets
}

/**
 * Runs of valid UTF-8 as they are, every other octet as U+DC00 + octet. By hand, in one pass: names come from strangers, and an
 * exception of TextDecoder per name would let a small packet cost a tenth of a second.
 */
function decodeNonAscii(buffer: Buffer): string {
  let text = ''
  let from = 0
  for (let i = 0; i < buffer.length; ) {
    const length = sequenceLength(buffer, i)
    if (length > 0) {
      i += length
      continue
    }
    if (from < i) text += buffer.toString('utf8', from, i)
    text += String.fromCharCode(0xdc00 + buffer[i]!)
    from = ++i
  }
  return from < buffer.length ? text + buffer.toString('utf8', from) : text
}

/** Octets of the well-formed sequence at `at` (RFC 3629 §4); 0 when there is none. */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at]!
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const second = buffer[at + 1] ?? 0
  if (first < 0xe0) return isContinuation(second) ? 2 : 0
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most || !isContinuation(buffer[at + 2] ?? 0)) return 0
  if (first < 0xf0) return 3
  return isContinuation(buffer[at + 3] ?? 0) ? 4 : 0
}

function isContinuation(octet: number): boolean {
  return (octet & 0xc0) === 0x80
}

function encodeNonAscii(text: string): Bytes {
  const out: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (code >= 0xdc80 && code <= 0xdcff) out.push(code - 0xdc00)
    else out.push(...Buffer.from(char, 'utf8'))
  }
  return Uint8Array.from(out)
}
