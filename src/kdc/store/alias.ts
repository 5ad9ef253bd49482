import { concat } from '../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from './entry.ts'
import { entryName } from './entry-name.ts'
import { TlType } from './tl-data.ts'

/** The entry that a name stands for: `find` looks up one name, aliases are followed. A chain that is longer than MIT's limit, or a circle, ends nowhere. */
export function followAliases(name: string, find: (name: string) => PrincipalEntry | undefined): PrincipalEntry | undefined {
  let entry = find(name)
  for (let depth = 0; entry !== undefined; depth++) {
    const target = aliasTarget(entry)
    if (target === undefined) return entry
    if (depth === MAX_DEPTH) return undefined
    entry = find(entryName(target))
  }
  return undefined
}

/** What makes an entry an alias, in tl-data 12: the target's name and a NUL. */
export function aliasContents(target: Principal): Uint8Array {
  return concat(encodeText(unparsePrincipal(target)), Uint8Array.of(0))
}

/** Where an alias entry points; undefined for ordinary entries. */
export function aliasTarget(entry: PrincipalEntry): Principal | undefined {
  for (const { type, contents } of entry.tlData) {
    if (type !== TlType.ALIAS_TARGET) continue
    const end = contents.indexOf(0)
    return parsePrincipal(decodeText(end === -1 ? contents : contents.subarray(0, end)))
  }
  return undefined
}

const MAX_DEPTH = 10
