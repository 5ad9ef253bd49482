import type { Bytes } from '../core/bytes/bytes.ts'
import type { ErrorCode, KrbError } from '../core/errors/krb-error.ts'
import { ERRORS } from '../core/errors/tables/index.ts'

/** What the KDC answers instead of a ticket: a value, never thrown. `status` is MIT's word, in the log and as e-text. */
export class Refusal {
  readonly code: ErrorCode
  readonly status: string
  readonly eData: Bytes | undefined
  /** Put before the request's own line in the log. */
  readonly remark: string | undefined
  /** MIT's sentence for the log. */
  readonly text: string

  constructor(code: ErrorCode, status: string, more: { readonly eData?: Bytes; readonly remark?: string; readonly text?: string } = {}) {
    this.code = code
    this.status = status
    this.eData = more.eData
    this.remark = more.remark
    this.text = more.text ?? ERRORS[code].text
  }

  /** error-code on the wire: what has no number in RFC 4120 §7.5.9 is KRB_ERR_GENERIC. */
  get protocolCode(): number {
    const number = ERRORS[this.code].protocol
    return number !== undefined && number <= MAX_PROTOCOL_CODE ? number : GENERIC
  }
}

/** For failures of the core (decoding, decryption) that end a request. */
export function refusalOf(error: KrbError, status: string): Refusal {
  return new Refusal(error.code, status, { text: error.message })
}

const MAX_PROTOCOL_CODE = 128
const GENERIC = 60
