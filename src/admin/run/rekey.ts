import { SaltType } from '../../core/config/key-salts.ts'
import type { KeyData, PrincipalEntry } from '../../kdc/store/entry.ts'
import { readMasterKvno } from '../../kdc/store/tl-data.ts'
import type { AdminContext } from './context.ts'
import { newestKvno } from './entry.ts'
import type { FreshKey } from './key-salts.ts'

/** Fresh keys as they are stored, under the active master key. */
export function sealKeys(keys: readonly FreshKey[], kvno: number, { masterKeys, now, random }: AdminContext): readonly KeyData[] {
  const active = masterKeys.active(now())
  return keys.map(({ key, saltType, salt }) => ({
    version: saltType === SaltType.NORMAL ? 1 : 2,
    kvno: kvno & KVNO_MASK,
    etype: key.etype,
    sealed: active.sealKey(key, random),
    saltType,
    salt,
  }))
}

/** The version after all that there are, at least `atLeast`; after 65535 comes 1, since versions are stored in 16 bits and 0 means "any". */
export function nextKvno(present: readonly KeyData[], atLeast = 1): number {
  const next = Math.max(atLeast, newestKvno(present) + 1)
  return next === KVNO_MASK + 1 ? 1 : next
}

/** An entry names one master key: keys that stay although the entry gets new ones are sealed again where the active one has changed. */
export function keysUnderActive(entry: PrincipalEntry, { masterKeys, now, random }: AdminContext): readonly KeyData[] {
  const active = masterKeys.active(now())
  if (readMasterKvno(entry.tlData) === active.kvno) return entry.keyData
  return entry.keyData.map(data => {
    const key = masterKeys.openKey(entry, data)
    try {
      return { ...data, sealed: active.sealKey(key, random) }
    } finally {
      key.value.wipe()
    }
  })
}

const KVNO_MASK = 0xffff
