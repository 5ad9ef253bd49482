import { SaltType } from '../../core/config/key-salts.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { sameSecret } from '../../core/crypto/primitives/constant-time.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'
import type { KeyData, PolicyEntry, PrincipalEntry } from '../../kdc/store/entry.ts'
import { type KadmData, NO_KADM_DATA } from '../../kdc/store/kadm-data.ts'
import { MasterKey } from '../../kdc/store/master-key.ts'
import type { StoreTx } from '../../kdc/store/store.ts'
import { masterKvnoContents, TlType, timeContents } from '../../kdc/store/tl-data.ts'
import type { AdminContext } from './context.ts'
import { newestKvno, stamped, withTl } from './entry.ts'
import { type FreshKey, randomKeys, wipeKeys } from './key-salts.ts'
import { sealKeys } from './rekey.ts'

/** kadmin/history@REALM, whose key seals the keys of former passwords. */
export function isHistoryPrincipal(principal: Principal, context: AdminContext): boolean {
  return samePrincipal(principal, historyPrincipal(context))
}

/**
 * kadmin's data after a change to `fresh` under a policy: the present keys join the former ones. The present password is never
 * allowed again, former ones as many as the policy counts. Throws `KADM5_PASS_REUSE`.
 */
export function historyAfter(
  tx: StoreTx,
  entry: PrincipalEntry,
  kadm: KadmData,
  policy: PolicyEntry,
  fresh: readonly FreshKey[],
  context: AdminContext,
): KadmData {
  const { keys: historyKeys, kvno } = historyKeysIn(tx, context)
  const present = entry.keyData.filter(data => data.kvno === entry.keyData[0]!.kvno)
  const presentKeys = present.map(data => context.masterKeys.openKey(entry, data))
  try {
    refuseReuse(fresh, presentKeys)
    if (policy.history <= 1) return kadm
    const former = kadm.historyKvno === kvno ? kadm : { ...kadm, oldKeys: [], oldKeyNext: 0, historyKvno: kvno }
    for (const set of former.oldKeys) refuseReuseOfSealed(fresh, set, historyKeys)
    if (present.length === 0) return kadm
    const resealed = present.map((data, i) => ({ ...data, sealed: historyKeys[0]!.sealKey(presentKeys[i]!, context.random) }))
    return remember(former, resealed, policy.history)
  } finally {
    for (const key of [...presentKeys, ...historyKeys.map(({ key }) => key)]) key.value.wipe()
  }
}

/**
 * A ring of `count` - 1 sets: it grows up to that length, then the slot that `oldKeyNext` names is overwritten. A policy that now
 * counts fewer keeps the newest.
 */
function remember(kadm: KadmData, keys: readonly KeyData[], count: number): KadmData {
  const slots = count - 1
  let sets = [...kadm.oldKeys]
  let next = kadm.oldKeyNext
  if (sets.length < slots) {
    sets.splice(next, 0, [])
  } else if (sets.length > slots) {
    const length = sets.length
    sets = Array.from({ length: slots }, (_, i) => kadm.oldKeys[(i + length + next - slots) % length]!)
    next = 0
  }
  if (next >= sets.length) next = 0
  sets[next] = keys
  return { ...kadm, oldKeys: sets, oldKeyNext: next + 1 === slots ? 0 : next + 1 }
}

function refuseReuse(fresh: readonly FreshKey[], known: readonly Key[]): void {
  const reused = fresh.some(({ key }) => known.some(old => sameKey(key, old)))
  if (reused) throw new KrbError('KADM5_PASS_REUSE')
}

/** A former key that no history key opens is passed over, as MIT does: it cannot be compared with anything. */
function refuseReuseOfSealed(fresh: readonly FreshKey[], set: readonly KeyData[], historyKeys: readonly MasterKey[]): void {
  for (const data of set) {
    for (const historyKey of historyKeys) {
      const key = tryOpen(historyKey, data)
      if (key === undefined) continue
      try {
        refuseReuse(fresh, [key])
      } finally {
        key.value.wipe()
      }
    }
  }
}

function tryOpen(historyKey: MasterKey, data: KeyData): Key | undefined {
  try {
    return historyKey.openKey(data)
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

function sameKey(a: Key, b: Key): boolean {
  return a.etype === b.etype && a.value.use(left => b.value.use(right => sameSecret(left, right)))
}

/** The history principal's keys, made when first somebody needs them. */
function historyKeysIn(tx: StoreTx, context: AdminContext): { keys: readonly MasterKey[]; kvno: number } {
  const entry = tx.principal(historyPrincipal(context)) ?? makeHistoryEntry(tx, context)
  if (entry.keyData.length === 0) {
    throw new KrbError('KRB5_KDB_NO_MATCHING_KEY', {}, { text: 'History entry contains no key data' })
  }
  return {
    keys: entry.keyData.map(data => new MasterKey(data.kvno, context.masterKeys.openKey(entry, data))),
    kvno: newestKvno(entry.keyData),
  }
}

/** As MIT leaves it: version 2 (made and re-keyed at once, for the sake of very old servers) and a ticket life of 64 seconds. */
function makeHistoryEntry(tx: StoreTx, context: AdminContext): PrincipalEntry {
  const { masterKeys, config, random, now } = context
  const master = masterKeys.active(now())
  const keys = randomKeys([{ etype: master.key.etype, saltType: SaltType.NORMAL }], random)
  const bare: PrincipalEntry = {
    principal: historyPrincipal(context),
    attributes: 0,
    maxLife: 64,
    maxRenewableLife: config.maxRenewableLife,
    expiration: config.defaultPrincipalExpiration,
    pwExpiration: 0,
    lastSuccess: 0,
    lastFailed: 0,
    failAuthCount: 0,
    tlData: [],
    keyData: sealKeys(keys, NO_KADM_DATA.historyKvno, context),
  }
  wipeKeys(keys)
  const dated = withTl(bare, TlType.LAST_PWD_CHANGE, timeContents(now()))
  const entry = stamped(withTl(dated, TlType.MKVNO, masterKvnoContents(master.kvno)), NO_KADM_DATA, context)
  tx.putPrincipal(entry)
  return entry
}

function historyPrincipal({ config }: AdminContext): Principal {
  return { type: NameType.PRINCIPAL, realm: config.realm, components: ['kadmin', 'history'] }
}
