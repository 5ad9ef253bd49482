import type { Files } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type Place, ProfileReader } from './profile-reader.ts'
import { emptySection, type Relation, type Section } from './profile-tree.ts'

export type { Place } from './profile-reader.ts'

/**
 * Configuration files as one (docs/formats/krb5-conf.md): sections, subsections and relations, values of the first file first. A path names the
 * section, any subsections, then the relation: `profile.value('realms', 'EXAMPLE.ORG', 'kdc')`.
 */
export class Profile {
  readonly #files: readonly Section[]
  /** The files that were found and read, in order, without the included ones. */
  readonly paths: readonly string[]

  constructor(files: readonly Section[], paths: readonly string[]) {
    this.#files = files
    this.paths = paths
  }

  /** The first value, which is the one that counts for most relations. */
  value(...path: string[]): string | undefined {
    return this.#relations(path, true)[0]?.value
  }

  values(...path: string[]): readonly string[] {
    return this.#relations(path, false).map(relation => relation.value)
  }

  /** The last value: what MIT takes for the relations of a KDC. */
  last(...path: string[]): string | undefined {
    return this.#relations(path, false).at(-1)?.value
  }

  /** Names of the subsections of a section, each once; of the sections with an empty path. */
  subsections(...path: string[]): readonly string[] {
    return distinct(this.#sections(path).flatMap(section => sorted(section.sections)))
  }

  /** Names of the relations directly in a section, each once. */
  names(...path: string[]): readonly string[] {
    return distinct(this.#sections(path).flatMap(section => sorted(section.relations)))
  }

  /** Where the first value stands. */
  where(...path: string[]): Place | undefined {
    return this.#relations(path, true)[0]?.place()
  }

  /** Where the last value stands. */
  whereLast(...path: string[]): Place | undefined {
    return this.#relations(path, false).at(-1)?.place()
  }

  #relations(path: readonly string[], firstOnly: boolean): readonly Relation[] {
    const name = path.at(-1)
    if (name === undefined) return []
    const found: Relation[] = []
    for (const section of this.#sections(path.slice(0, -1))) {
      for (const relation of section.relations.get(name) ?? []) {
        found.push(relation)
        if (firstOnly) return found
      }
    }
    return found
  }

  /** The section in every file; a final one on the way keeps later files out, even where this file has nothing further down. */
  #sections(path: readonly string[]): readonly Section[] {
    const found: Section[] = []
    for (const file of this.#files) {
      let section: Section | undefined = file
      let final = false
      for (const name of path) {
        section = section.sections.get(name)
        if (section === undefined) break
        final ||= section.final
      }
      if (section !== undefined) found.push(section)
      if (final) break
    }
    return found
  }
}

export const EMPTY_PROFILE = new Profile([emptySection()], [])

/**
 * Reads files (a folder stands for its files, as `includedir`). Missing and unreadable ones are skipped; when all are, `ENOENT`.
 * A syntax error anywhere is a `PROF_*` error with `{ path, line, column }` and fails the whole set.
 */
export async function loadProfile(paths: readonly string[], files: Pick<Files, 'read' | 'stat' | 'list'>): Promise<Profile> {
  const roots: Section[] = []
  const found: string[] = []
  for (const path of paths) {
    const reader = new ProfileReader(files)
    const root = await reader.readTop(path)
    if (root === undefined) continue
    roots.push(root)
    found.push(path)
  }
  if (roots.length === 0) throw new KrbError('ENOENT', { path: paths.join(':') })
  return new Profile(roots, found)
}

/** MIT keeps the names of a section sorted by octets. */
function sorted(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
