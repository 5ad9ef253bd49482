import type { BaseBlock } from 'asn1js'
import { type Bytes, toHex } from '../bytes/bytes.ts'
import { displayText } from '../principal/display.ts'

/**
 * Lines for people about DER whose type nobody knows: each value's tag, and its content in hex or as text, values inside others indented. undefined for octets that are no
 * ASN.1, or deeper nested than anything honest. The package is loaded here, when somebody asks.
 */
export async function dumpAsn1(octets: Bytes): Promise<readonly string[] | undefined> {
  if (octets.length === 0 || !isShallow(octets)) return undefined
  const { fromBER } = await import('asn1js')
  const parsed = parsedBy(fromBER, octets)
  return parsed !== undefined && parsed.offset === octets.length ? linesOf(parsed.result, 0) : undefined
}

/** asn1js throws plain errors for values that it cannot convert, such as a time that is none; others it reports by an offset of -1. */
function parsedBy(fromBER: typeof import('asn1js').fromBER, octets: Bytes): ReturnType<typeof fromBER> | undefined {
  try {
    return fromBER(new Uint8Array(octets))
  } catch {
    return undefined
  }
}

function linesOf(block: BaseBlock, depth: number): readonly string[] {
  const { value, valueHexView } = block.valueBlock as unknown as { value?: unknown; valueHexView?: Uint8Array }
  const name = `${'  '.repeat(depth)}${tagText(block)}`
  if (block.idBlock.isConstructed && Array.isArray(value)) return [name, ...value.flatMap((inner: BaseBlock) => linesOf(inner, depth + 1))]
  const content = valueHexView ?? new Uint8Array(0)
  return [`${name} ${contentText(block, content)}`.trimEnd()]
}

function tagText({ idBlock: { tagClass, tagNumber } }: BaseBlock): string {
  if (tagClass === UNIVERSAL) return UNIVERSAL_NAMES[tagNumber] ?? `[UNIVERSAL ${tagNumber}]`
  return tagClass === CONTEXT ? `[${tagNumber}]` : `[${tagClass === 2 ? 'APPLICATION' : 'PRIVATE'} ${tagNumber}]`
}

function contentText({ idBlock: { tagClass, tagNumber } }: BaseBlock, content: Bytes): string {
  if (tagClass === UNIVERSAL && TEXTS.has(tagNumber)) return `"${displayText(Buffer.from(content).toString('utf8'))}"`
  if (tagClass === UNIVERSAL && tagNumber === 2 && content.length > 0)
    return BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`)).toString()
  return toHex(content)
}

/** Looks at lengths alone, so that nothing hostile recurses. */
function isShallow(octets: Bytes): boolean {
  const ends: number[] = []
  for (let at = 0; at < octets.length; ) {
    while (ends.length > 0 && at >= ends[ends.length - 1]!) ends.pop()
    const constructed = (octets[at]! & 0x20) !== 0
    if ((octets[at]! & 0x1f) === 0x1f) return false
    let length = octets[at + 1] ?? 0x80
    at += 2
    if (length === 0x80 || length > 0x84) return false
    if (length > 0x80) {
      const count = length & 0x7f
      length = 0
      for (let i = 0; i < count; i++) length = length * 0x100 + (octets[at++] ?? 0)
    }
    if (at + length > (ends[ends.length - 1] ?? octets.length)) return false
    if (!constructed) at += length
    else if (ends.push(at + length) > MAX_DEPTH) return false
  }
  return true
}

/** asn1js's numbers of classes. */
const UNIVERSAL = 1
const CONTEXT = 3
const MAX_DEPTH = 32

const UNIVERSAL_NAMES: Readonly<Record<number, string>> = {
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT IDENTIFIER',
  10: 'ENUMERATED',
  12: 'UTF8String',
  16: 'SEQUENCE',
  17: 'SET',
  19: 'PrintableString',
  22: 'IA5String',
  23: 'UTCTime',
  24: 'GeneralizedTime',
  27: 'GeneralString',
}
const TEXTS: ReadonlySet<number> = new Set([12, 19, 22, 23, 24, 27])
