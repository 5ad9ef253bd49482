import type { Profile } from './profile.ts'
import type { Source, Texts } from './relation.ts'

type Path = readonly string[]

/** The values of the first of `sections` that has the relation; the first value counts. */
export function firstValues(profile: Profile, sections: readonly Path[]): Source {
  return names => {
    const path = firstPath(profile, sections, names)
    return path && found(path, profile.values(...path), () => profile.where(...path))
  }
}

/** The same where the last value counts, as in MIT's servers. */
export function lastValues(profile: Profile, sections: readonly Path[]): Source {
  return names => {
    const path = firstPath(profile, sections, names)
    return path && found(path, profile.values(...path).toReversed(), () => profile.whereLast(...path))
  }
}

/** The values of all sections together. */
export function allValues(profile: Profile, sections: readonly Path[]): Source {
  return names => {
    const path = firstPath(profile, sections, names)
    const texts = sections.flatMap(section => names.flatMap(name => profile.values(...section, name)))
    return path && found(path, texts, () => profile.where(...path))
  }
}

function firstPath(profile: Profile, sections: readonly Path[], names: readonly string[]): Path | undefined {
  for (const section of sections) {
    for (const name of names) if (profile.value(...section, name) !== undefined) return [...section, name]
  }
  return undefined
}

function found(path: Path, texts: readonly string[], where: () => ReturnType<Profile['where']>): ReturnType<Source> {
  return {
    texts: texts as Texts,
    place() {
      const place = where()
      return { path: place?.file ?? '', line: place?.line ?? 0, column: place?.column ?? 0, name: path.at(-1) ?? '' }
    },
  }
}
