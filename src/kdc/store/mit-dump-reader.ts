import { type Bytes, EMPTY } from '../../core/bytes/bytes.ts'
import { decodeText } from '../../core/bytes/text.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal } from '../../core/principal/principal.ts'
import type { KeyData, PolicyEntry, PrincipalEntry, TlData } from './entry.ts'
import { DUMP_FORMATS, type DumpFormat, ENTRY_LENGTH } from './mit-dump.ts'
import { DumpScanner, type ReadOctets } from './mit-dump-scanner.ts'

export type DumpRecord =
  | { readonly kind: 'principal'; readonly entry: PrincipalEntry }
  | { readonly kind: 'policy'; readonly policy: PolicyEntry }

export interface DumpReaderOptions {
  /** Realm of names that have none. */
  readonly realm: string
  /** The version that the file must have; otherwise its header says it. */
  readonly format?: DumpFormat | undefined
  /** Octets between the end of a record and the end of its line, newline included: harmless, and worth a word. */
  readonly onTrash?: (octets: Bytes, line: number) => void
}

/**
 * Reads a dump of MIT's (docs/formats/mit-database.md) record by record, taking what MIT takes. What it refuses is a KrbError with MIT's
 * text: `KRB5_KDB_TRUNCATED_RECORD` with `{ line }`, and `{ located: 1 }` where MIT puts file and line in front; a name that is none as
 * `KRB5_PARSE_MALFORMED` with `{ name }`. For headers MIT has no text of its own.
 */
export class DumpReader {
  readonly format: DumpFormat
  /** Number of the record's line as MIT counts: records, and line ends inside names. */
  line = 1
  readonly #scanner: DumpScanner
  readonly #options: DumpReaderOptions

  /** Reads the header. Throws `KRB5_KDB_BAD_VERSION`, and `KRB5_KDB_TRUNCATED_RECORD` for an empty file. */
  constructor(read: ReadOctets, options: DumpReaderOptions) {
    this.#scanner = new DumpScanner(read)
    this.#options = options
    const header = this.#readHeader()
    const known = options.format === undefined ? Object.values<DumpFormat>(DUMP_FORMATS) : [options.format]
    const format = known.find(candidate => candidate.header === header)
    if (format === undefined) throw new KrbError('KRB5_KDB_BAD_VERSION')
    this.format = format
  }

  /** undefined at the end. */
  next(): DumpRecord | undefined {
    const word = this.#scanner.word(MAX_WORD)
    if (word === undefined) return undefined
    const kind = decodeText(word)
    if (kind === 'princ') return { kind: 'principal', entry: this.#principal() }
    if (kind === 'policy') return { kind: 'policy', policy: this.#policy() }
    throw this.#defect(`unknown record type "${kind}"`, false)
  }

  #readHeader(): string {
    let header = ''
    for (let octet = this.#scanner.octet(); octet !== -1; octet = this.#scanner.octet()) {
      header += String.fromCharCode(octet)
      if (octet === NEWLINE || header.length > MAX_HEADER) break
    }
    if (header === '') throw new KrbError('KRB5_KDB_TRUNCATED_RECORD')
    return header
  }

  #principal(): PrincipalEntry {
    this.line++
    const scanner = this.#scanner
    const [length, nameLength, tlCount, keyCount, extraLength] = this.#numbers(5, 'cannot match size tokens') as FiveNumbers
    if (length !== ENTRY_LENGTH) throw this.#defect('cannot match size tokens')
    if (nameLength < 0 || nameLength > 0x7fff_ffff) throw this.#defect('cannot allocate principal (too large)')
    if (tlCount < 0 || tlCount > 0xffff) throw this.#defect('cannot allocate tl_data (too large)')
    if (keyCount < 0 || keyCount > 0x7fff) throw this.#defect('invalid key_data size')
    // Extra data has had no meaning since MIT's first release, and our entries have no place for it.
    if (extraLength !== 0) throw this.#defect('invalid principal extra data size')
    scanner.separator()
    const principal = this.#name(nameLength)
    const numbers = this.#numbers(8, 'cannot read principal attributes') as EightNumbers
    const [attributes, maxLife, maxRenewableLife, expiration, pwExpiration, lastSuccess, lastFailed, failAuthCount] = numbers
    const tlData = this.#tlData(tlCount)
    const keyData: KeyData[] = []
    for (let i = 0; i < keyCount; i++) keyData.push(this.#key())
    if (scanner.number() !== -1) throw this.#defect('cannot read extra data')
    this.#recordEnd()
    return {
      principal,
      attributes: attributes >>> 0,
      maxLife: maxLife >>> 0,
      maxRenewableLife: maxRenewableLife >>> 0,
      expiration: expiration >>> 0,
      pwExpiration: pwExpiration >>> 0,
      lastSuccess: lastSuccess >>> 0,
      lastFailed: lastFailed >>> 0,
      failAuthCount: failAuthCount >>> 0,
      tlData,
      keyData,
    }
  }

  #name(length: number): Principal {
    const octets = this.#scanner.octets(length)
    if (octets === undefined || octets.includes(0)) throw this.#defect('cannot read name string')
    for (let i = octets.indexOf(NEWLINE); i !== -1; i = octets.indexOf(NEWLINE, i + 1)) this.line++
    const name = decodeText(octets)
    try {
      return parsePrincipal(name, { defaultRealm: this.#options.realm })
    } catch (error) {
      throw error instanceof KrbError ? new KrbError(error.code, { ...error.params, name }, { text: error.message, cause: error }) : error
    }
  }

  #tlData(count: number): TlData[] {
    const items: TlData[] = []
    for (let i = 0; i < count; i++) {
      const type = this.#scanner.number()
      const length = this.#scanner.number()
      if (Number.isNaN(type) || Number.isNaN(length)) throw this.#defect('cannot read tagged data type and length')
      if (type < -0x8000 || type > 0x7fff || length < 0 || length > 0xffff) throw this.#defect('data type or length overflowed')
      const contents = this.#contents(length)
      if (contents === undefined) throw this.#defect('cannot read tagged data contents')
      items.push({ type: type & 0xffff, contents })
    }
    return items
  }

  #key(): KeyData {
    const version = this.#scanner.number()
    const kvno = this.#scanner.number()
    if (Number.isNaN(version) || Number.isNaN(kvno)) throw this.#defect('cannot read key size and version')
    if (version !== 1 && version !== 2) throw this.#defect('unsupported key_data_ver version')
    if (kvno < 0 || kvno > 0xffff) throw this.#defect('invalid kvno')
    const { type: etype, contents: sealed } = this.#keyPart()
    if (version === 1) return { version, kvno, etype, sealed, saltType: 0, salt: EMPTY }
    const { type: saltType, contents: salt } = this.#keyPart()
    return { version, kvno, etype, sealed, saltType, salt }
  }

  #keyPart(): TlData {
    const type = this.#scanner.number()
    const length = this.#scanner.number()
    if (!(type >= -0x8000 && type <= 0x7fff && length >= 0 && length <= 0xffff)) throw this.#defect('cannot read key type and length')
    const contents = this.#contents(length)
    if (contents === undefined) throw this.#defect('cannot read key data')
    return { type, contents }
  }

  /** Hex digits, or -1 for nothing; undefined when it is neither. */
  #contents(length: number): Bytes | undefined {
    if (length > 0) return this.#scanner.hex(length)
    return this.#scanner.number() === -1 ? EMPTY : undefined
  }

  #policy(): PolicyEntry {
    this.line++
    const name = this.#scanner.word(MAX_POLICY_NAME)
    if (name === undefined) throw this.#badPolicy(0)
    const short = this.format.policyFields === 7
    const fields = this.#policyNumbers(short ? 6 : 9, 1)
    const [minLife, maxLife, minLength, minClasses, history, , maxFailures = 0, failureInterval = 0, lockoutDuration = 0] = fields
    const base = { name: decodeText(name), ...({ minLife, maxLife, minLength, minClasses, history } as PasswordRules) }
    const lockout = { ...base, maxFailures, failureInterval, lockoutDuration }
    // Version 7 has been written with and without the later fields; the end of the line tells.
    if (this.format.policyFields !== 15 || this.#endOfLine()) return { ...lockout, ...NO_TICKET_POLICY }
    const [attributes, maxTicketLife, maxRenewableLife] = this.#policyNumbers(3, 0) as [number, number, number]
    const keySalts = this.#scanner.word(MAX_KEY_SALTS)
    if (keySalts === undefined) throw this.#badPolicy(3)
    const allowedKeySalts = decodeText(keySalts)
    const tlCount = this.#scanner.number()
    if (!(tlCount >= 0 && tlCount <= 0x7fff)) throw this.#badPolicy(4)
    const ticketPolicy = { attributes, maxTicketLife, maxRenewableLife }
    return {
      ...lockout,
      ...ticketPolicy,
      allowedKeySalts: allowedKeySalts === '-' ? undefined : allowedKeySalts,
      tlData: this.#tlData(tlCount),
    }
  }

  #policyNumbers(count: number, before: number): number[] {
    const numbers: number[] = []
    while (numbers.length < count) {
      const value = this.#scanner.number()
      if (Number.isNaN(value)) throw this.#badPolicy(before + numbers.length)
      numbers.push(value >>> 0)
    }
    return numbers
  }

  /** Whether the next octet ends the line; it is taken as MIT takes it, whatever it is. */
  #endOfLine(): boolean {
    const octet = this.#scanner.octet()
    if (octet === -1) throw this.#badPolicy(10)
    return octet === NEWLINE
  }

  #badPolicy(read: number): KrbError {
    return this.#defect(`cannot parse policy (${read} read)`, false)
  }

  #numbers(count: number, complaint: string): number[] {
    const numbers: number[] = []
    for (let i = 0; i < count; i++) {
      const value = this.#scanner.number()
      if (Number.isNaN(value)) throw this.#defect(complaint)
      numbers.push(value)
    }
    return numbers
  }

  /** A semicolon and the end of the line; anything else up to there is passed over and told. */
  #recordEnd(): void {
    const first = this.#scanner.octet()
    const second = first === SEMICOLON ? this.#scanner.octet() : first
    if (first === SEMICOLON && second === NEWLINE) return
    const trash: number[] = []
    for (let octet = second; octet !== -1; octet = this.#scanner.octet()) {
      if (trash.length < MAX_TRASH) trash.push(octet)
      if (octet === NEWLINE) break
    }
    this.#options.onTrash?.(Uint8Array.from(trash), this.line)
  }

  #defect(text: string, located = true): KrbError {
    return new KrbError('KRB5_KDB_TRUNCATED_RECORD', { line: this.line, located: located ? 1 : 0 }, { text })
  }
}

type FiveNumbers = [number, number, number, number, number]
type EightNumbers = [number, number, number, number, number, number, number, number]
type PasswordRules = Pick<PolicyEntry, 'minLife' | 'maxLife' | 'minLength' | 'minClasses' | 'history'>

const NO_TICKET_POLICY = { attributes: 0, maxTicketLife: 0, maxRenewableLife: 0, allowedKeySalts: undefined, tlData: [] } as const
const NEWLINE = 0x0a
const SEMICOLON = 0x3b
const MAX_HEADER = 200
const MAX_WORD = 99
const MAX_POLICY_NAME = 1023
const MAX_KEY_SALTS = 512
const MAX_TRASH = 4096
