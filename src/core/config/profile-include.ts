/**
 * Which files of a folder `includedir` reads, in which order: names of letters, digits, `-` and `_`, and visible names ending in `.conf`,
 * sorted by octets. Editors' backups and packages' leftovers stay out.
 */
export function includedNames(names: readonly string[]): readonly string[] {
  return names.filter(isIncluded).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function isIncluded(name: string): boolean {
  return !name.startsWith('.') && (name.endsWith('.conf') || /^[A-Za-z0-9_-]+$/.test(name))
}
