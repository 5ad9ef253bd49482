import type { Bytes } from '../../../../src/core/bytes/bytes.ts'
import type { Keyctl, KeyctlAnswer } from '../../../../src/core/env.ts'
import type { ErrorCode } from '../../../../src/core/errors/krb-error.ts'

interface Key {
  readonly type: string
  readonly name: string
  content: Bytes
  readonly links: string[]
  timeout?: number
}

/** The kernel's keyrings as far as keyctl's requests show them. */
export class FakeKeyrings {
  readonly keys = new Map<string, Key>()
  readonly #lacks: ErrorCode | undefined
  readonly #ownSession: boolean
  #last = 1000

  constructor(options: { readonly bigKey?: ErrorCode; readonly ownSession?: boolean } = {}) {
    this.#lacks = options.bigKey
    this.#ownSession = options.ownSession ?? true
    for (const [id, name] of [
      ['1', '_ses'],
      ['2', '_uid_ses'],
      ['3', '_uid'],
      ['4', '_persistent'],
    ] as const) {
      this.keys.set(id, { type: 'keyring', name, content: new Uint8Array(0), links: [] })
    }
    this.keys.get('2')!.links.push('3')
  }

  readonly keyctl: Keyctl = async (words, { input = new Uint8Array(0), under } = {}) => {
    const session = under === undefined ? (this.#ownSession ? '1' : '2') : under.ring === 'user' ? '3' : '4'
    return this.#carryOut(words, input.slice(), session, under?.ring === 'persistent')
  }

  /** Names of the keys and keyrings below a keyring, the names of nested ones indented. */
  tree(id: string, depth = 0): string[] {
    return this.keys
      .get(id)!
      .links.flatMap(link => [
        `${'  '.repeat(depth)}${this.keys.get(link)!.type} ${this.keys.get(link)!.name}`,
        ...this.tree(link, depth + 1),
      ])
  }

  #carryOut(words: readonly string[], input: Bytes, session: string, persistent: boolean): KeyctlAnswer {
    const [request, first = '', second = '', third = ''] = words
    const id = (name: string) => ({ '@s': session, '@us': '2', '@u': '3' })[name] ?? name
    const ring = (name: string) => this.keys.get(id(name))
    switch (request) {
      case 'id':
        return said(id(first))
      case 'search': {
        const found = this.#find(id(first), second, third)
        return found === undefined ? failed('ENOKEY') : said(found)
      }
      case 'newring':
        return said(this.#add({ type: 'keyring', name: first, content: new Uint8Array(0), links: [] }, id(second)))
      case 'padd':
        if (first === 'big_key' && this.#lacks !== undefined) return failed(this.#lacks)
        return said(this.#add({ type: first, name: second, content: input, links: [] }, id(third)))
      case 'rlist':
        // A session that possesses a persistent keyring holds that and nothing else.
        if (first === '@s' && persistent) return said('4')
        return said(ring(first)!.links.join(' '))
      case 'pipe': {
        const key = ring(first)
        return key === undefined ? failed('ENOKEY') : { output: key.content.slice() }
      }
      case 'rdescribe': {
        const key = ring(first)
        return key === undefined ? failed('ENOKEY') : said(`${key.type};0;0;3f010000;${key.name}`)
      }
      case 'link': {
        const key = this.keys.get(first)!
        this.#displace(key, id(second))
        ring(second)!.links.push(first)
        return said('')
      }
      case 'unlink': {
        const { links } = ring(second)!
        const at = links.indexOf(first)
        if (at < 0) return failed('ENOENT')
        links.splice(at, 1)
        return said('')
      }
      case 'clear':
        ring(first)!.links.length = 0
        return said('')
      case 'timeout':
        ring(first)!.timeout = Number(second)
        return said('')
      default:
        throw new Error(`keyctl ${words.join(' ')}`)
    }
  }

  #add(key: Key, into: string): string {
    const { links } = this.keys.get(into)!
    const present = key.type === 'user' ? links.find(link => this.#is(link, key.type, key.name)) : undefined
    if (present !== undefined) {
      this.keys.get(present)!.content = key.content
      return present
    }
    this.#displace(key, into)
    const id = String(++this.#last)
    this.keys.set(id, key)
    links.push(id)
    return id
  }

  #displace(key: Key, ring: string): void {
    const { links } = this.keys.get(ring)!
    const at = links.findIndex(link => this.#is(link, key.type, key.name))
    if (at >= 0) links.splice(at, 1)
  }

  #find(ring: string, type: string, name: string): string | undefined {
    const { links } = this.keys.get(ring)!
    return (
      links.find(link => this.#is(link, type, name)) ?? links.map(link => this.#find(link, type, name)).find(found => found !== undefined)
    )
  }

  #is(id: string, type: string, name: string): boolean {
    const key = this.keys.get(id)
    return key !== undefined && key.type === type && key.name === name
  }
}

function said(text: string): KeyctlAnswer {
  return { output: new Uint8Array(Buffer.from(`${text}\n`)) }
}

function failed(failure: ErrorCode): KeyctlAnswer {
  return { output: new Uint8Array(0), failure }
}
