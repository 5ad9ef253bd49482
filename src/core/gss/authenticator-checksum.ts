import type { Checksum } from '../asn1/messages/encrypted-data.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { Writer } from '../bytes/writer.ts'
import { KrbError } from '../errors/krb-error.ts'
import { ChecksumType } from '../registry/checksum-type.ts'

/** Context flags (RFC 4121 §4.1.1.1, RFC 2744 §5.19). */
export const GssFlag = {
  DELEG: 0x001,
  MUTUAL: 0x002,
  REPLAY: 0x004,
  SEQUENCE: 0x008,
  CONF: 0x010,
  INTEG: 0x020,
  TRANS: 0x100,
} as const

/** The "checksum" of type 0x8003, which carries what the initiator wants (RFC 4121 §4.1.1). */
export interface GssChecksum {
  /** MD5 over the channel bindings, 16 octets; zeros without bindings. */
  readonly bindings: Bytes
  readonly flags: number
  /** DER of the KRB-CRED when the flags have DELEG. */
  readonly delegated?: Bytes
}

export function encodeGssChecksum({ bindings, flags }: Omit<GssChecksum, 'delegated'>): Checksum {
  const checksum = new Writer('little', FIXED_OCTETS).u32(BINDINGS_OCTETS).bytes(bindings).u32(flags).finish()
  return { cksumtype: ChecksumType.GSSAPI, checksum }
}

/**
 * Octets behind the known fields are extensions, which an acceptor ignores (RFC 4121 §4.1.1). Throws `KRB5KRB_AP_ERR_INAPP_CKSUM` for an
 * absent one, another type and wrong lengths.
 */
export function decodeGssChecksum(cksum: Checksum | undefined): GssChecksum {
  if (cksum?.cksumtype !== ChecksumType.GSSAPI) throw inappropriate()
  const reader = new Reader(cksum.checksum, inappropriate, 'little')
  if (reader.u32('Lgth') !== BINDINGS_OCTETS) throw inappropriate()
  const bindings = reader.bytes(BINDINGS_OCTETS, 'Bnd')
  const flags = reader.u32('Flags')
  if (!(flags & GssFlag.DELEG)) return { bindings, flags }
  if (reader.u16('DlgOpt') !== DELEGATION_OPTION) throw inappropriate()
  return { bindings, flags, delegated: reader.bytes(reader.u16('Dlgth'), 'Deleg') }
}

export const NO_BINDINGS: Bytes = new Uint8Array(16)

function inappropriate(): KrbError {
  return new KrbError('KRB5KRB_AP_ERR_INAPP_CKSUM')
}

const BINDINGS_OCTETS = 16
const FIXED_OCTETS = 24
const DELEGATION_OPTION = 1
