import { readdirSync, readFileSync } from 'node:fs'
import type { BaseBlock } from 'asn1js'
import fc from 'fast-check'

/**
 * The ASN.1 text that stands beside every schema, read as a module of its own: what a value of a type looks like, and what an
 * independent decoder's tree of it means. So the declarations in `src/core/asn1/messages` are held against the RFC's wording.
 */
export type Asn1Type =
  | { readonly is: 'basic'; readonly name: string }
  | { readonly is: 'constant'; readonly values: readonly number[] }
  | { readonly is: 'reference'; readonly name: string }
  | { readonly is: 'tagged'; readonly asn1Class: 'APPLICATION' | 'CONTEXT'; readonly number: number; readonly type: Asn1Type }
  | { readonly is: 'sequence'; readonly fields: readonly Asn1Field[] }
  | { readonly is: 'list'; readonly type: Asn1Type }

interface Asn1Field {
  readonly name: string
  readonly number: number
  readonly type: Asn1Type
  readonly optional: boolean
}

export type Asn1Module = ReadonlyMap<string, Asn1Type>

export function readModule(): Asn1Module {
  const folder = new URL('../../src/core/asn1/messages/', import.meta.url)
  const text = readdirSync(folder)
    .map(file => asn1Text(readFileSync(new URL(file, folder), 'utf8')))
    .join('\n')
  return new Parser(text).module()
}

/** Plain values: octets and keys as hex, texts, numbers; names in camelCase; constants left out. */
export type Plain = number | boolean | string | readonly Plain[] | { readonly [name: string]: Plain }

export function arbitraryOf(module: Asn1Module, type: Asn1Type): fc.Arbitrary<Plain> {
  switch (type.is) {
    case 'basic':
      return BASIC[type.name]!.arbitrary
    case 'constant':
      return fc.constantFrom(...type.values)
    case 'reference':
      return arbitraryOf(module, module.get(type.name)!)
    case 'tagged':
      return arbitraryOf(module, type.type)
    case 'list':
      return fc.array(arbitraryOf(module, type.type), { maxLength: 3 })
    case 'sequence': {
      const fields = type.fields.filter(field => field.type.is !== 'constant')
      const requiredKeys = fields.filter(field => !field.optional).map(field => camelCase(field.name))
      return fc.record(Object.fromEntries(fields.map(field => [camelCase(field.name), arbitraryOf(module, field.type)])), {
        requiredKeys,
        noNullPrototype: true,
      }) as fc.Arbitrary<Plain>
    }
  }
}

/** The value that asn1js's tree stands for, by the ASN.1 text. Throws when the tree is not of the type. */
export function interpret(module: Asn1Module, type: Asn1Type, node: BaseBlock): Plain {
  switch (type.is) {
    case 'basic': {
      const { tag, value } = BASIC[type.name]!
      expectTag(node, 1, tag, false)
      return value(node)
    }
    case 'constant': {
      const value = integer(node)
      if (!type.values.includes(value)) throw new Error(`${value} instead of ${type.values}`)
      return value
    }
    case 'reference':
      return interpret(module, module.get(type.name)!, node)
    case 'tagged': {
      expectTag(node, type.asn1Class === 'APPLICATION' ? 2 : 3, type.number, true)
      const [content, ...rest] = children(node)
      if (content === undefined || rest.length > 0) throw new Error('an explicit tag holds one value')
      return interpret(module, type.type, content)
    }
    case 'list':
      expectTag(node, 1, 16, true)
      return children(node).map(child => interpret(module, type.type, child))
    case 'sequence': {
      expectTag(node, 1, 16, true)
      const nodes = children(node)
      const out: Record<string, Plain> = {}
      for (const field of type.fields) {
        if (nodes[0]?.idBlock.tagNumber !== field.number) {
          if (field.optional) continue
          throw new Error(`${field.name} is missing`)
        }
        const value = interpret(module, { is: 'tagged', asn1Class: 'CONTEXT', number: field.number, type: field.type }, nodes.shift()!)
        if (field.type.is !== 'constant') out[camelCase(field.name)] = value
      }
      if (nodes.length > 0) throw new Error('fields that the text does not know')
      return out
    }
  }
}

export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

interface Basic {
  /** Universal tag number. */
  readonly tag: number
  readonly arbitrary: fc.Arbitrary<Plain>
  value(node: BaseBlock): Plain
}

const hex = (min: number, max: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: min, maxLength: max }).map(octets => Buffer.from(octets).toString('hex'))

const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min, max }),
    fc.constantFrom(min, max, 0, 1, 127, 128, 32768).filter(n => n >= min && n <= max),
  )

const int32: Basic = { tag: 2, arbitrary: number(-0x80000000, 0x7fffffff), value: integer }
const uint32: Basic = { tag: 2, arbitrary: number(0, 0xffffffff), value: node => integer(node) >>> 0 }
const octets: Basic = { tag: 4, arbitrary: fc.oneof(hex(0, 40), hex(100, 700)), value: content }
const flags: Basic = {
  tag: 3,
  arbitrary: number(0, 0xffffffff),
  value(node) {
    const { unusedBits, valueHexView } = (node as unknown as { valueBlock: { unusedBits: number; valueHexView: Uint8Array } }).valueBlock
    if (unusedBits !== 0 || valueHexView.length !== 4) throw new Error('not 32 bits')
    return Buffer.from(valueHexView).readUInt32BE()
  },
}
const text: Basic = {
  tag: 27,
  arbitrary: fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constant('EXAMPLE.TEST'),
    fc.string({ minLength: 130, maxLength: 300 }),
  ),
  value: node => Buffer.from(content(node), 'hex').toString('utf8'),
}
const time: Basic = {
  tag: 24,
  arbitrary: number(-62_167_219_200, 253_402_300_799),
  value(node) {
    const [, year, month, ...rest] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      .exec(Buffer.from(content(node), 'hex').toString('latin1'))!
      .map(Number)
    const date = new Date(0)
    date.setUTCFullYear(year!, month! - 1, rest[0]!)
    date.setUTCHours(rest[1]!, rest[2]!, rest[3]!)
    return date.getTime() / 1000
  },
}

const truth: Basic = { tag: 1, arbitrary: fc.boolean(), value: node => content(node) === 'ff' }

const BASIC: Readonly<Record<string, Basic>> = {
  Int32: int32,
  UInt32: uint32,
  Microseconds: { tag: 2, arbitrary: number(0, 999_999), value: integer },
  'OCTET STRING': octets,
  KerberosString: text,
  Realm: text,
  KerberosTime: time,
  KDCOptions: flags,
  TicketFlags: flags,
  APOptions: flags,
  KerberosFlags: flags,
  BOOLEAN: truth,
}

function expectTag(node: BaseBlock, tagClass: number, tagNumber: number, isConstructed: boolean): void {
  const { idBlock } = node
  if (idBlock.tagClass !== tagClass || idBlock.tagNumber !== tagNumber || idBlock.isConstructed !== isConstructed) {
    throw new Error(`class ${idBlock.tagClass} tag ${idBlock.tagNumber} where class ${tagClass} tag ${tagNumber} belongs`)
  }
}

function children(node: BaseBlock): BaseBlock[] {
  return [...(node as unknown as { valueBlock: { value: BaseBlock[] } }).valueBlock.value]
}

/** Hex of a primitive value's content, from the octets that asn1js took: its own reading of strings is lossy. */
function content(node: BaseBlock): string {
  const { valueBeforeDecodeView, blockLength } = node as unknown as { valueBeforeDecodeView: Uint8Array; blockLength: number }
  return Buffer.from(valueBeforeDecodeView.subarray(valueBeforeDecodeView.length - (node.lenBlock.length ?? blockLength))).toString('hex')
}

/** valueDec is 0 for four octets and more. */
function integer(node: BaseBlock): number {
  return Number((node as unknown as { toBigInt(): bigint }).toBigInt())
}

/** ASN.1 in comments: what is indented by four spaces, or in backticks with `::=`. */
function asn1Text(source: string): string {
  const comments = source.match(/\/\*\*[\s\S]*?\*\//g) ?? []
  const pieces = comments.flatMap(comment => [
    ...(comment.match(/^ \* {5}.*$/gm) ?? []).map(line => line.slice(3)),
    ...[...comment.matchAll(/`([^`]*::=[^`]*)`/g)].map(match => match[1]!),
  ])
  return pieces.join('\n').replace(/--.*?(?:--|$)/gm, ' ')
}

class Parser {
  private readonly tokens: string[]

  constructor(text: string) {
    this.tokens = text.match(/::=|[A-Za-z][\w-]*|\d+|\.\.|[[\]{}(),|]/g) ?? []
  }

  module(): Asn1Module {
    const types = new Map<string, Asn1Type>()
    while (this.tokens.length > 0) {
      const name = this.next()
      this.take('::=')
      if (types.has(name)) throw new Error(`${name} is defined twice`)
      types.set(name, this.type())
    }
    return types
  }

  private type(): Asn1Type {
    const word = this.next()
    if (word === '[') {
      const asn1Class = this.skipIf('APPLICATION') ? 'APPLICATION' : 'CONTEXT'
      const number = Number(this.next())
      this.take(']')
      return { is: 'tagged', asn1Class, number, type: this.type() }
    }
    if (word === 'SEQUENCE') {
      if (this.skipIf('SIZE')) while (this.next() !== ')');
      return this.skipIf('OF') ? { is: 'list', type: this.type() } : { is: 'sequence', fields: this.fields() }
    }
    if (word === 'INTEGER') {
      this.take('(')
      const values = [Number(this.next())]
      while (this.skipIf('|')) values.push(Number(this.next()))
      this.take(')')
      return { is: 'constant', values }
    }
    const name = word === 'OCTET' ? `${word} ${this.next()}` : word
    return name in BASIC ? { is: 'basic', name } : { is: 'reference', name }
  }

  private fields(): Asn1Field[] {
    const fields: Asn1Field[] = []
    this.take('{')
    do {
      const name = this.next()
      this.take('[')
      const number = Number(this.next())
      this.take(']')
      const type = this.type()
      fields.push({ name, number, type, optional: this.skipIf('OPTIONAL') })
    } while (this.skipIf(','))
    this.take('}')
    return fields
  }

  private next(): string {
    const token = this.tokens.shift()
    if (token === undefined) throw new Error('the ASN.1 text ends too early')
    return token
  }

  private take(expected: string): void {
    const token = this.next()
    if (token !== expected) throw new Error(`${token} where ${expected} belongs, before ${this.tokens.slice(0, 6).join(' ')}`)
  }

  private skipIf(word: string): boolean {
    if (this.tokens[0] !== word) return false
    this.tokens.shift()
    return true
  }
}
