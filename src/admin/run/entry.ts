import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { aliasTarget, followAliases } from '../../kdc/store/alias.ts'
import type { KeyData, PrincipalEntry, TlData } from '../../kdc/store/entry.ts'
import { entryName } from '../../kdc/store/entry-name.ts'
import { type KadmData, kadmDataContents, NO_KADM_DATA, readKadmData } from '../../kdc/store/kadm-data.ts'
import type { StoreTx } from '../../kdc/store/store.ts'
import { modificationContents, TlType, withTlData } from '../../kdc/store/tl-data.ts'
import type { TaggedData } from '../language/records.ts'
import type { AdminContext } from './context.ts'

/** The entry that a name stands for, aliases followed. Throws `KADM5_UNK_PRINC`. */
export async function requireEntry(principal: Principal, { store }: Pick<AdminContext, 'store'>): Promise<PrincipalEntry> {
  const entry = await store.principal(principal)
  if (entry === undefined) throw new KrbError('KADM5_UNK_PRINC')
  return entry
}

/** The same inside a transaction, where an entry is read again before it is changed. */
export function entryInside(tx: StoreTx, principal: Principal): PrincipalEntry {
  const entry = resolvedInside(tx, principal)
  if (entry === undefined) throw new KrbError('KADM5_UNK_PRINC')
  return entry
}

/** Inside a transaction, aliases followed; one that leads nowhere is no entry, so that its name is free. */
export function resolvedInside(tx: StoreTx, principal: Principal): PrincipalEntry | undefined {
  const entry = tx.principal(principal)
  if (entry === undefined || aliasTarget(entry) === undefined) return entry
  return followAliases(entryName(principal), name => tx.principal(parsePrincipal(name)))
}

export function kadmDataOf(entry: PrincipalEntry): KadmData {
  return readKadmData(entry.tlData) ?? NO_KADM_DATA
}

/** The entry as every administrative change leaves it: with who changed it and when, and with kadmin's own data, even when that says nothing. */
export function stamped(entry: PrincipalEntry, kadm: KadmData, context: AdminContext): PrincipalEntry {
  return { ...entry, tlData: stampedData(entry.tlData, kadm, context) }
}

export function stampedData(items: readonly TlData[], kadm: KadmData, { caller, now }: AdminContext): readonly TlData[] {
  const modified = modificationContents({ at: now(), by: unparsePrincipal(caller) })
  return withTlData(withTlData(items, TlType.MOD_PRINC, modified), TlType.KADM_DATA, kadmDataContents(kadm))
}

export function withTl(entry: PrincipalEntry, type: number, contents: Uint8Array | undefined): PrincipalEntry {
  return { ...entry, tlData: withTlData(entry.tlData, type, contents) }
}

/** Types below are the database's own, and nobody else's to set. */
export const FIRST_FOREIGN_TL = 256

/** With data that somebody else has a use for. Throws `KADM5_BAD_TL_TYPE`. */
export function withTaggedData(items: readonly TlData[], tagged: readonly TaggedData[] = []): readonly TlData[] {
  if (tagged.some(({ type }) => type < FIRST_FOREIGN_TL)) throw new KrbError('KADM5_BAD_TL_TYPE')
  return tagged.reduce((all, { type, contents }) => withTlData(all, type, contents), items)
}

/** The newest version among keys; 0 without keys. */
export function newestKvno(keys: readonly KeyData[]): number {
  return keys.reduce((newest, key) => Math.max(newest, key.kvno), 0)
}
