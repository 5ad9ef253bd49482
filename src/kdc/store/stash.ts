import type { Bytes } from '../../core/bytes/bytes.ts'
import { Reader } from '../../core/bytes/reader.ts'
import type { Key } from '../../core/crypto/etype.ts'
import type { Files } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { decodeKeytab, encodeKeytab } from '../../core/keytab/format.ts'
import { type Principal, samePrincipal } from '../../core/principal/principal.ts'
import { Secret } from '../../core/secret/secret.ts'

export interface StashedKey {
  readonly kvno: number
  readonly key: Key
}

/**
 * The master keys of a stash file: a keytab with entries of K/M (docs/formats/keytab.md), or the old form with one key, which counts as version 1.
 * Throws what reading throws, and `KRB5_KDB_CANTREAD_STORED` for anything that is neither.
 */
export async function readStash(path: string, name: Principal, files: Files): Promise<readonly StashedKey[]> {
  const octets = await files.read(path, { maxBytes: MAX_STASH })
  const keys = octets[0] === 5 && (octets[1] === 1 || octets[1] === 2) ? fromKeytab(octets, name) : fromOldForm(octets)
  octets.fill(0)
  if (keys.length === 0) throw new KrbError('KRB5_KDB_CANTREAD_STORED', { path })
  return keys
}

/** Mode 0600, newest version first, the whole file at once. */
export async function writeStash(path: string, name: Principal, keys: readonly StashedKey[], now: number, files: Files): Promise<void> {
  const entries = [...keys].sort((a, b) => b.kvno - a.kvno).map(({ kvno, key }) => ({ principal: name, kvno, key, timestamp: now }))
  const octets = encodeKeytab(entries)
  try {
    await files.replace(path, octets, { mode: 0o600 })
  } finally {
    octets.fill(0)
  }
}

function fromKeytab(octets: Bytes, name: Principal): StashedKey[] {
  return decodeKeytab(octets)
    .entries.filter(({ entry }) => samePrincipal(entry.principal, name))
    .map(({ entry }) => ({ kvno: entry.kvno, key: entry.key }))
    .sort((a, b) => b.kvno - a.kvno)
}

/** u16 enctype, u32 length, key, in the byte order of the machine that wrote it: here the usual one. */
function fromOldForm(octets: Bytes): StashedKey[] {
  const input = new Reader(octets, () => new KrbError('KRB5_KDB_CANTREAD_STORED'), 'little')
  const etype = input.u16('enctype')
  const length = input.u32('key length')
  if (length === 0 || length !== input.left) throw new KrbError('KRB5_KDB_CANTREAD_STORED')
  return [{ kvno: 1, key: { etype, value: Secret.copyOf(input.bytes(length, 'key')) } }]
}

const MAX_STASH = 65_536
