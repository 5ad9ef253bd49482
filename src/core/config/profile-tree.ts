import type { Place } from './profile-reader.ts'

/** A section of one file: its relations and subsections by name. Maps, so that `__proto__` is a name like any other. */
export interface Section {
  final: boolean
  readonly relations: Map<string, Relation[]>
  readonly sections: Map<string, Section>
}

export class Relation {
  readonly value: string
  readonly #path: string
  readonly #line: number
  readonly #column: number

  constructor(value: string, path: string, line: number, column: number) {
    this.value = value
    this.#path = path
    this.#line = line
    this.#column = column
  }

  place(): Place {
    return { file: this.#path, line: this.#line, column: this.#column }
  }
}

export function emptySection(): Section {
  return { final: false, relations: new Map(), sections: new Map() }
}

/** A section named twice is one section. */
export function openSection(parent: Section, name: string): Section {
  const known = parent.sections.get(name)
  if (known !== undefined) return known
  const section = emptySection()
  parent.sections.set(name, section)
  return section
}

export function addRelation(section: Section, name: string, relation: Relation): void {
  const known = section.relations.get(name)
  if (known === undefined) section.relations.set(name, [relation])
  else known.push(relation)
}
