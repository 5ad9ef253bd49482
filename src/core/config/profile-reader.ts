import type { Bytes } from '../bytes/bytes.ts'
import { decodeText } from '../bytes/text.ts'
import type { Files } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { includedNames } from './profile-include.ts'
import { type Include, type Statement, StatementReader, splitLines } from './profile-lines.ts'
import { addRelation, emptySection, openSection, Relation, type Section } from './profile-tree.ts'

/** A place in a configuration file; line and column count from 1, columns in octets. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

type SomeFiles = Pick<Files, 'read' | 'stat' | 'list'>

/** Reads one file of a profile with everything it includes. Work and memory are bounded by the limits below. */
export class ProfileReader {
  readonly #files: SomeFiles
  #opened = 0
  #octets = 0

  constructor(files: SomeFiles) {
    this.#files = files
  }

  /** undefined for a file that does not exist or must not be read. */
  async readTop(path: string): Promise<Section | undefined> {
    const root = emptySection()
    const info = await this.#files.stat(path)
    if (info === undefined) return undefined
    if (path === NOTHING) return root
    if (info.kind === 'folder') {
      await this.#folder(path, root, 1, undefined)
      return root
    }
    const content = await this.#content(path)
    if (content === undefined) return undefined
    await this.#file(path, content, root, 1)
    return root
  }

  async #content(path: string): Promise<Bytes | undefined> {
    try {
      return await this.#files.read(path, { maxBytes: MAX_OCTETS })
    } catch (error) {
      if (error instanceof KrbError && (error.code === 'ENOENT' || error.code === 'EACCES')) return undefined
      throw error
    }
  }

  async #file(path: string, content: Bytes, root: Section, depth: number): Promise<void> {
    const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
    const builder = new TreeBuilder(path, root)
    const reader = new StatementReader(path)
    for (const line of splitLines(text)) {
      const statement = reader.read(line)
      if (statement === undefined) continue
      if (isInclude(statement)) {
        const included = nameOf(statement.path)
        if (statement.kind === 'include') await this.#include(included, root, depth + 1, statement.place)
        else await this.#folder(included, root, depth + 1, statement.place)
      } else builder.add(statement)
    }
  }

  async #include(path: string, root: Section, depth: number, from: Place): Promise<void> {
    if (depth > MAX_DEPTH) throw includeError('FILE', path, from, `includes may be nested ${MAX_DEPTH} deep; does a file include itself?`)
    if (++this.#opened > MAX_FILES) throw includeError('FILE', path, from, `a profile may have ${MAX_FILES} files`)
    let content: Bytes
    try {
      if (path === NOTHING || (await this.#files.stat(path))?.kind === 'folder') return
      content = await this.#files.read(path, { maxBytes: MAX_OCTETS })
    } catch (error) {
      if (error instanceof KrbError) throw includeError('FILE', path, from, `${path}: ${error.message}`, error)
      throw error
    }
    this.#octets += content.length
    if (this.#octets > MAX_OCTETS) throw includeError('FILE', path, from, `included files may have ${MAX_OCTETS} octets together`)
    await this.#file(path, content, root, depth)
  }

  async #folder(folder: string, root: Section, depth: number, from: Place | undefined): Promise<void> {
    const place = from ?? { file: folder, line: 0, column: 0 }
    let names: readonly string[]
    try {
      names = await this.#files.list(folder)
    } catch (error) {
      if (error instanceof KrbError) throw includeError('DIR', folder, place, `${folder}: ${error.message}`, error)
      throw error
    }
    for (const name of includedNames(names)) await this.#include(`${folder}/${name}`, root, depth, place)
  }
}

/** Puts statements where the open section is. */
class TreeBuilder {
  readonly #path: string
  readonly #root: Section
  /** The open section and subsections, innermost last. */
  #open: Section[] = []

  constructor(path: string, root: Section) {
    this.#path = path
    this.#root = root
  }

  add(statement: Statement): void {
    const current = this.#open.at(-1) ?? this.#root
    switch (statement.kind) {
      case 'section':
        this.#open = [openSection(this.#root, nameOf(statement.name))]
        if (statement.final) this.#open[0]!.final = true
        break
      case 'subsection': {
        const section = openSection(current, nameOf(statement.name))
        if (statement.final) section.final = true
        this.#open.push(section)
        break
      }
      case 'end':
        if (statement.final) current.final = true
        this.#open.pop()
        break
      case 'relation':
        addRelation(
          current,
          nameOf(statement.name),
          new Relation(nameOf(statement.value), this.#path, statement.place.line, statement.place.column),
        )
    }
  }
}

function isInclude(statement: Statement | Include): statement is Include {
  return statement.kind === 'include' || statement.kind === 'includedir'
}

/** Lines are read as octets, one per character; only what has high ones needs decoding. */
function nameOf(octets: string): string {
  for (let i = 0; i < octets.length; i++) if (octets.charCodeAt(i) >= 0x80) return decodeText(Buffer.from(octets, 'latin1'))
  return octets
}

function includeError(what: 'FILE' | 'DIR', path: string, from: Place, hint: string, cause?: unknown): KrbError {
  const params = { path: from.file, line: from.line, column: from.column, included: path }
  const where = from.line === 0 ? from.file : `${from.file}:${from.line}:${from.column}`
  return new KrbError(`PROF_FAIL_INCLUDE_${what}`, params, { hints: [`${where}: ${hint}`], cause })
}

const MAX_DEPTH = 32
const MAX_FILES = 10_000
const MAX_OCTETS = 64 * 1024 * 1024
const NOTHING = '/dev/null'
