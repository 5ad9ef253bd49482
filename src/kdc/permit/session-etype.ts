import { parseEtypeList } from '../../core/crypto/etype-list.ts'
import { etypeById } from '../../core/crypto/etypes/index.ts'
import { ETYPE, type EtypeId } from '../../core/registry/etype.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import { readStrings } from '../store/tl-data.ts'

/**
 * Enctype of the session key: the client's first that the KDC permits and the server is believed to support; undefined when there is none.
 * A server supports what its `session_enctypes` string says, or else aes256-cts-hmac-sha1-96 and what it has keys of.
 */
export function sessionEtype(wanted: readonly EtypeId[], server: PrincipalEntry, permitted: readonly EtypeId[]): EtypeId | undefined {
  const listed = listedEtypes(server)
  return wanted.find(
    etype =>
      permitted.includes(etype) &&
      etypeById(etype) !== undefined &&
      (listed?.includes(etype) ?? (etype === ETYPE.AES256_CTS_HMAC_SHA1_96 || hasKey(server, etype))),
  )
}

function listedEtypes(server: PrincipalEntry): readonly EtypeId[] | undefined {
  const text = readStrings(server.tlData).get('session_enctypes')
  if (text === undefined || text === '') return undefined
  const listed = parseEtypeList(text, { defaults: [], allowWeak: true })
  return listed.length === 0 ? undefined : listed
}

function hasKey(server: PrincipalEntry, etype: EtypeId): boolean {
  const newest = Math.max(...server.keyData.map(({ kvno }) => kvno))
  return server.keyData.some(key => key.kvno === newest && key.etype === etype)
}
