import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { KeyData, PrincipalEntry } from '../../kdc/store/entry.ts'
import { MasterKey, type MasterKeys } from '../../kdc/store/master-key.ts'
import {
  type Activation,
  activationContents,
  type MasterKeyAux,
  masterKeyAuxContents,
  masterKvnoContents,
  modificationContents,
  readActivations,
  readMasterKeyAux,
  TlType,
  withTlData,
} from '../../kdc/store/tl-data.ts'

type Random = (length: number) => Bytes

/**
 * K/M with one more key (docs/formats/mit-database.md): the new one sealed by itself, the older ones sealed by it, and for whoever
 * knows only an older one the new one sealed by each. Nothing uses it before it is activated.
 */
export function withNewMasterKey(entry: PrincipalEntry, keys: MasterKeys, key: Key, random: Random): PrincipalEntry {
  const newest = new MasterKey(nextMasterKvno(entry), key)
  const sealed = (kvno: number, value: Key): KeyData => ({
    version: 1,
    kvno,
    etype: value.etype,
    sealed: newest.sealKey(value, random),
    saltType: 0,
    salt: new Uint8Array(0),
  })
  const aux = keys.all.map(
    (older): MasterKeyAux => ({ kvno: older.kvno, newestKvno: newest.kvno, newestEtype: key.etype, sealed: older.sealKey(key, random) }),
  )
  const keyData = [sealed(newest.kvno, key), ...keys.all.map(older => sealed(older.kvno, older.key))]
  const marked = withTlData(entry.tlData, TlType.MKVNO, masterKvnoContents(newest.kvno))
  return { ...entry, keyData, tlData: withTlData(marked, TlType.MKEY_AUX, masterKeyAuxContents(aux)) }
}

/** After 65535 comes 1: versions have 16 bits, and 0 means "any". */
export function nextMasterKvno(entry: PrincipalEntry): number {
  const next = entry.keyData.reduce((newest, { kvno }) => Math.max(newest, kvno), 0) + 1
  return next > 0xffff ? 1 : next
}

/** Since when which version is the active one; where nothing is written down, the oldest since ever. */
export function activationsOf(entry: PrincipalEntry): readonly Activation[] {
  const written = readActivations(entry.tlData)
  if (written.length > 0 || entry.keyData.length === 0) return written
  return [{ kvno: entry.keyData.reduce((oldest, { kvno }) => Math.min(oldest, kvno), 0xffff), from: 0 }]
}

/** K/M with a version active from that time on. Throws `EINVAL` when then none were active `now`. */
export function withActivation(entry: PrincipalEntry, activation: Activation, now: number): PrincipalEntry {
  const others = activationsOf(entry).filter(({ kvno }) => kvno !== activation.kvno)
  const later = others.findIndex(({ from }) => from > activation.from)
  const list = later === -1 ? [...others, activation] : [...others.slice(0, later), activation, ...others.slice(later)]
  if (list[0]!.from > now) throw new KrbError('EINVAL')
  return { ...entry, tlData: withTlData(entry.tlData, TlType.ACTKVNO, activationContents(list)) }
}

/** K/M without those versions. */
export function withoutMasterKeys(entry: PrincipalEntry, unused: ReadonlySet<number>): PrincipalEntry {
  const activations = activationsOf(entry).filter(({ kvno }) => !unused.has(kvno))
  const aux = readMasterKeyAux(entry.tlData).filter(({ kvno }) => !unused.has(kvno))
  const active = withTlData(entry.tlData, TlType.ACTKVNO, activationContents(activations))
  const auxContents = aux.length === 0 ? undefined : masterKeyAuxContents(aux)
  return {
    ...entry,
    keyData: entry.keyData.filter(({ kvno }) => !unused.has(kvno)),
    tlData: withTlData(active, TlType.MKEY_AUX, auxContents),
  }
}

/** The entry with its keys sealed by another master key. Throws what opening a key throws. */
export function sealedUnder(entry: PrincipalEntry, keys: MasterKeys, target: MasterKey, random: Random): PrincipalEntry {
  const keyData = entry.keyData.map(data => {
    const key = keys.openKey(entry, data)
    try {
      return { ...data, sealed: target.sealKey(key, random) }
    } finally {
      key.value.wipe()
    }
  })
  return { ...entry, keyData, tlData: withTlData(entry.tlData, TlType.MKVNO, masterKvnoContents(target.kvno)) }
}

export function modifiedBy(entry: PrincipalEntry, by: Principal, at: number): PrincipalEntry {
  const contents = modificationContents({ at, by: unparsePrincipal(by) })
  return { ...entry, tlData: withTlData(entry.tlData, TlType.MOD_PRINC, contents) }
}
