import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { Writer } from '../bytes/writer.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../principal/principal.ts'
import { NameType } from '../registry/name-type.ts'
import { PacBufferType } from '../registry/pac-buffer.ts'
import { outOfRange, type Pac, requirePacBuffer } from './container.ts'
import { toFileTime } from './file-time.ts'
import { decodeUtf16, encodeUtf16 } from './text.ts'

/** PAC_CLIENT_INFO (MS-PAC §2.7): whose PAC it is and from which log-in, seconds since 1970. */
export interface ClientInfo {
  readonly authtime: number
  readonly name: string
}

/** Whether the name goes with its realm: only in tickets that carry the subject of a delegation to another realm. */
export type RealmUse = 'with-realm' | 'without-realm'

/** Throws `ERANGE` for a name that is too long for it. */
export function encodeClientInfo({ authtime, name }: ClientInfo): Bytes {
  const text = encodeUtf16(name)
  if (text.length > 0xffff) throw outOfRange()
  return new Writer('little', 10 + text.length).u64(toFileTime(authtime)).u16(text.length).bytes(text).finish()
}

/** Throws `ERANGE`. */
export function decodeClientInfo(octets: Bytes): ClientInfo {
  const input = new Reader(octets, outOfRange, 'little')
  const seconds = (input.u64('time') - toFileTime(0)) / 10_000_000n
  if (seconds < 0n || seconds > 0xffffffffn) throw outOfRange()
  const length = input.u16('name length')
  return { authtime: Number(seconds), name: decodeUtf16(input.bytes(length, 'name')) }
}

/** The name as MIT's KDC writes it. */
export function clientInfoName(client: Principal, realm: RealmUse): string {
  if (realm === 'without-realm') return unparsePrincipal(client, { realm: 'never' })
  return client.type === NameType.ENTERPRISE ? displayName(client, realm) : unparsePrincipal(client)
}

/** Whether the PAC is this client's of this log-in. Throws what a malformed or missing buffer throws. */
export function isPacOf(pac: Pac, client: Principal, authtime: number, realm: RealmUse = 'without-realm'): boolean {
  const info = clientInfoOf(pac)
  return info.authtime === authtime && (info.name === clientInfoName(client, realm) || info.name === displayName(client, realm))
}

/** Throws `ENOENT`, `EINVAL`, `ERANGE`. */
export function clientInfoOf(pac: Pac): ClientInfo {
  return decodeClientInfo(requirePacBuffer(pac, PacBufferType.CLIENT_INFO).data)
}

/** The client info of a delegation from another realm as a principal; `user@domain@REALM` is an enterprise name. Throws `KRB5_PARSE_MALFORMED` for other forms. */
export function subjectWithRealm({ name }: ClientInfo): Principal {
  const ats = name.split('@').length - 1
  if (ats !== 1 && ats !== 2) throw new KrbError('KRB5_PARSE_MALFORMED', { name })
  return { ...parsePrincipal(name, { enterprise: ats === 2, requireRealm: true }), type: NameType.MS_PRINCIPAL }
}

/** Components with slashes between, nothing quoted, as Windows writes names. */
export function displayName({ components, realm }: Principal, use: RealmUse): string {
  const name = components.join('/')
  return use === 'with-realm' ? `${name}@${realm}` : name
}
