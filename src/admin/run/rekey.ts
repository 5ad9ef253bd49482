import { SaltType } from '../../core/config/key-salts.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import type { KeyData, PolicyEntry, PrincipalEntry } from '../../kdc/store/entry.ts'
import { masterKvnoContents, readMasterKvno, TlType, timeContents } from '../../kdc/store/tl-data.ts'
import type { OldKeys } from '../language/change-password.ts'
import type { AdminContext } from './context.ts'
import { newestKvno, withTl } from './entry.ts'
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

/** The keys that stay beside new ones. */
export function keptKeys(entry: PrincipalEntry, { keepOld, maxVersions }: OldKeys, context: AdminContext): readonly KeyData[] {
  if (!keepOld) return []
  const kept = keysUnderActive(entry, context)
  if (maxVersions === undefined) return kept
  const versions = [...new Set(kept.map(({ kvno }) => kvno))].sort((a, b) => b - a)
  const allowed = new Set(versions.slice(0, maxVersions - 1))
  return kept.filter(({ kvno }) => allowed.has(kvno))
}

/** New keys end the duty to change the password, its expiry by date, and a lockout. */
export function rekeyed(
  entry: PrincipalEntry,
  keyData: readonly KeyData[],
  policy: PolicyEntry | undefined,
  { masterKeys, now }: AdminContext,
): PrincipalEntry {
  const sealed = withTl(entry, TlType.MKVNO, masterKvnoContents(masterKeys.active(now()).kvno))
  const dated = withTl(sealed, TlType.LAST_PWD_CHANGE, timeContents(now()))
  return {
    ...dated,
    keyData,
    attributes: (entry.attributes & ~PrincipalAttribute.REQUIRES_PWCHANGE) >>> 0,
    pwExpiration: policy === undefined || policy.maxLife === 0 ? 0 : now() + policy.maxLife,
    failAuthCount: 0,
  }
}

/** An entry names one master key: keys that stay although the entry gets new ones are sealed again where the active one has changed. */
function keysUnderActive(entry: PrincipalEntry, { masterKeys, now, random }: AdminContext): readonly KeyData[] {
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
