import { type Bytes, concat } from '../../bytes/bytes.ts'
import { Reader } from '../../bytes/reader.ts'
import { decodeText, encodeText } from '../../bytes/text.ts'
import { Writer } from '../../bytes/writer.ts'
import type { Env } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import { type KeyId, Keys } from './keys.ts'

/** The parts of `KEYRING:anchor:collection[:subsidiary]`; `KEYRING:name` is the collection of the old kind, in the session. */
export interface KeyringName {
  readonly anchor: string
  readonly collection: string
  readonly subsidiary: string | undefined
}

export function parseKeyringName(residual: string): KeyringName {
  const colon = residual.indexOf(':')
  const anchor = colon < 0 ? 'legacy' : residual.slice(0, colon)
  const rest = residual.slice(colon + 1)
  const second = rest.indexOf(':')
  return {
    anchor,
    collection: second < 0 ? rest : rest.slice(0, second),
    subsidiary: second < 0 ? undefined : rest.slice(second + 1),
  }
}

/** Keyrings of one process or thread: a program's are gone when it ends. */
export function isFleeting({ anchor }: KeyringName): boolean {
  return anchor === 'process' || anchor === 'thread'
}

/** A collection's keyring, and the keyring that it hangs from. */
export interface CollectionRing {
  readonly keys: Keys
  readonly anchor: KeyId
  readonly ring: KeyId
}

/** Finds or makes the keyring of a collection. Throws `KRB5_KCC_INVALID_ANCHOR` and `KRB5_KCC_INVALID_UID`. */
export async function openCollection(name: KeyringName, env: Pick<Env, 'keyctl' | 'host'>): Promise<CollectionRing> {
  switch (name.anchor) {
    case 'session':
    case 'legacy': {
      const keys = new Keys(env)
      return within(await sessionAnchor(keys), `_krb_${name.collection}`, keys)
    }
    case 'user':
      return within('@u', `_krb_${name.collection}`, new Keys(env, { ring: 'user' }))
    case 'persistent': {
      const keys = new Keys(env, { ring: 'persistent', uid: persistentUid(name.collection, env.host.euid) })
      return within(await persistentAnchor(keys), '_krb', keys)
    }
    default:
      throw new KrbError('KRB5_KCC_INVALID_ANCHOR', { anchor: name.anchor })
  }
}

/** The subsidiary that is the primary one; a collection without any gets the first name, the collection's own. */
export async function primaryName(name: KeyringName, { keys, anchor, ring }: CollectionRing): Promise<string> {
  const key = await keys.search(ring, 'user', PRIMARY_KEY)
  if (key !== undefined) return decodePrimary(await keys.read(key))
  const first = name.collection === '' ? 'tkt' : name.collection
  await setPrimaryName(first, { keys, ring })
  if (name.anchor === 'legacy') {
    // A cache from before there were collections hangs from the session itself.
    const old = await keys.search(anchor, 'keyring', first)
    if (old !== undefined) await keys.link(old, ring)
  }
  return first
}

export async function setPrimaryName(subsidiary: string, { keys, ring }: Pick<CollectionRing, 'keys' | 'ring'>): Promise<void> {
  await keys.addKey('user', PRIMARY_KEY, encodePrimary(subsidiary), ring)
}

export function encodePrimary(subsidiary: string): Bytes {
  const octets = encodeText(subsidiary)
  return concat(new Writer('big', 8).u32(COLLECTION_VERSION).u32(octets.length).finish(), octets)
}

/** Throws `KRB5_CC_END` for fewer octets than announced, `KRB5_KCC_UNKNOWN_VERSION`. */
export function decodePrimary(octets: Bytes): string {
  const reader = new Reader(octets, ({ field, offset }) => new KrbError('KRB5_CC_END', { field, offset }))
  const version = reader.u32('version')
  const name = decodeText(reader.bytes(reader.u32('length'), 'name'))
  if (version !== COLLECTION_VERSION) throw new KrbError('KRB5_KCC_UNKNOWN_VERSION', { version })
  return name
}

async function within(anchor: KeyId, name: string, keys: Keys): Promise<CollectionRing> {
  const ring = (await keys.search(anchor, 'keyring', name)) ?? (await keys.addKeyring(name, anchor))
  return { keys, anchor, ring }
}

/**
 * A process without a session of its own reads the user's session as `@s`, but writing to `@s` would make a new session that ends with
 * the program.
 */
async function sessionAnchor(keys: Keys): Promise<KeyId> {
  return (await keys.id('@s')) === (await keys.id('@us')) ? '@us' : '@s'
}

/** What the possessor's session holds and nothing else. */
async function persistentAnchor(keys: Keys): Promise<KeyId> {
  const [ring] = await keys.list('@s').catch((error: unknown) => {
    throw error instanceof KrbError && error.code !== 'KRB5_CC_UNKNOWN_TYPE'
      ? new KrbError('KRB5_KCC_INVALID_UID', {}, { cause: error })
      : error
  })
  if (ring === undefined) throw new KrbError('KRB5_KCC_INVALID_UID')
  return ring
}

function persistentUid(collection: string, euid: number): number {
  if (collection === '') return euid
  if (!/^\d{1,10}$/.test(collection)) throw new KrbError('KRB5_KCC_INVALID_UID', { uid: collection })
  return Number(collection)
}

const PRIMARY_KEY = 'krb_ccache:primary'
const COLLECTION_VERSION = 1
