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
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return encodeNonAscii(text)
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function decodeNonAscii(buffer: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(buffer)
  } catch {
    return decodeInvalid(buffer)
  }
}

/** Longest valid sequences as they are, every other octet as U+DC00 + octet. */
function decodeInvalid(buffer: Buffer): string {
  let text = ''
  for (let i = 0; i < buffer.length; ) {
    const length = sequenceLength(buffer[i]!)
    const piece = length > 0 ? strictSlice(buffer, i, length) : undefined
    text += piece ?? String.fromCharCode(0xdc00 + buffer[i]!)
    i += piece === undefined ? 1 : length
  }
  return text
}

function strictSlice(buffer: Buffer, at: number, length: number): string | undefined {
  const octets = buffer.subarray(at, at + length)
  const text = octets.toString('utf8')
  return Buffer.from(text, 'utf8').equals(octets) && !text.includes('\ufffd') ? text : octets.equals(REPLACEMENT) ? text : undefined
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xf0 && first < 0xf5 ? 4 : 0
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

const REPLACEMENT = Buffer.from('\ufffd', 'utf8')
