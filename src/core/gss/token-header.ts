import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { Writer } from '../bytes/writer.ts'
import { KrbError } from '../errors/krb-error.ts'

/** TOK_ID of per-message tokens (RFC 4121 §4.2.6). */
const MessageToken = {
  MIC: 0x0404,
  WRAP: 0x0504,
} as const

/** RFC 4121 §4.2.2. Others are ignored by a receiver; all are under the checksum. */
export const TokenFlag = {
  SENT_BY_ACCEPTOR: 0x01,
  SEALED: 0x02,
  ACCEPTOR_SUBKEY: 0x04,
} as const

/** The 16 octets before the body of a Wrap token (RFC 4121 §4.2.6.2). A MIC token has FF octets instead of `extraCount` and `rotation`. */
export interface WrapHeader {
  readonly flags: number
  /** EC: filler octets of a sealed token, octets of the checksum of another. */
  readonly extraCount: number
  /** RRC: by how many octets the body was rotated to the right. */
  readonly rotation: number
  /** SND_SEQ. */
  readonly number: bigint
}

export function encodeWrapHeader({ flags, extraCount, rotation, number }: WrapHeader): Bytes {
  const writer = new Writer('big', HEADER_OCTETS).u16(MessageToken.WRAP).u8(flags).u8(FILLER)
  return writer.u16(extraCount).u16(rotation).u64(number).finish()
}

/** Throws `KRB5_BAD_MSIZE` for too short a token and `KRB5KRB_AP_ERR_MSG_TYPE` for what is no Wrap token of RFC 4121. */
export function decodeWrapHeader(token: Bytes): WrapHeader {
  const reader = new Reader(token, tooShort)
  if (reader.u16('TOK_ID') !== MessageToken.WRAP) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  const flags = reader.u8('Flags')
  if (reader.u8('Filler') !== FILLER) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  return { flags, extraCount: reader.u16('EC'), rotation: reader.u16('RRC'), number: reader.u64('SND_SEQ') }
}

export function encodeMicHeader({ flags, number }: Pick<WrapHeader, 'flags' | 'number'>): Bytes {
  return new Writer('big', HEADER_OCTETS).u16(MessageToken.MIC).u8(flags).bytes(MIC_FILLER).u64(number).finish()
}

/** Throws as `decodeWrapHeader` does. */
export function decodeMicHeader(token: Bytes): Pick<WrapHeader, 'flags' | 'number'> {
  const reader = new Reader(token, tooShort)
  if (reader.u16('TOK_ID') !== MessageToken.MIC) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  const flags = reader.u8('Flags')
  if (reader.bytes(MIC_FILLER.length, 'Filler').some(octet => octet !== FILLER)) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  return { flags, number: reader.u64('SND_SEQ') }
}

export const HEADER_OCTETS = 16

function tooShort(): KrbError {
  return new KrbError('KRB5_BAD_MSIZE')
}

const FILLER = 0xff
const MIC_FILLER = new Uint8Array(5).fill(FILLER)
