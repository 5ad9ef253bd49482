import { decodeText } from '../../core/bytes/text.ts'
import { type Principal, parsePrincipal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from './entry.ts'
import { TlType } from './tl-data.ts'

/** Where an alias entry points (tl-data 12: the target's name and a NUL); undefined for ordinary entries. */
export function aliasTarget(entry: PrincipalEntry): Principal | undefined {
  for (const { type, contents } of entry.tlData) {
    if (type !== TlType.ALIAS_TARGET) continue
    const end = contents.indexOf(0)
    return parsePrincipal(decodeText(end === -1 ? contents : contents.subarray(0, end)))
  }
  return undefined
}
