import { encodeText } from '../../../core/bytes/text.ts'
import type { AddPrincipalInput } from '../../language/add-principal.ts'
import type { ModifyPrincipalInput } from '../../language/modify-principal.ts'
import type { NameOnly, PrincipalChange, PrincipalRecord, TaggedData } from '../../language/records.ts'
import { PrincipalMask, WireTlType } from '../../wire/kadm5/masks.ts'
import { EMPTY_PRINCIPAL_ENT, type PrincipalEnt, type TlData } from '../../wire/kadm5/structures.ts'
import type { Kadm5 } from '../kadm5.ts'

export async function addPrincipal({ principal, change, keySalts, keys }: AddPrincipalInput, server: Kadm5): Promise<NameOnly> {
  const { entry, mask } = changedEntry(change, [])
  const wanted = mask | PrincipalMask.PRINCIPAL | (keys.from === 'nothing' ? PrincipalMask.KEY_DATA : 0)
  const args = { entry: { ...entry, principal }, mask: wanted, password: keys.from === 'password' ? keys.password : undefined }
  if (keySalts.length === 0) await server.call('createPrincipal', args)
  else await server.call('createPrincipal3', { ...args, keySalts })
  return { principal }
}

/** `now` in seconds since 1970 is when a principal was unlocked. */
export async function modifyPrincipal(input: ModifyPrincipalInput, server: Kadm5, now: number): Promise<NameOnly> {
  const { principal, change, clearPolicy, unlock, attributes } = input
  const unlocked = unlock ? [{ type: WireTlType.LAST_ADMIN_UNLOCK, contents: lowestFirst(now) }] : []
  const { entry, mask } = changedEntry(unlock ? { ...change, failAuthCount: 0 } : change, unlocked)
  await server.call('modifyPrincipal', {
    entry: { ...entry, principal, attributes: change.attributes ?? attributes ?? 0 },
    mask: mask | (clearPolicy ? PrincipalMask.POLICY_CLR : 0),
  })
  return { principal }
}

export async function getPrincipal({ principal }: NameOnly, server: Kadm5): Promise<PrincipalRecord> {
  const { entry } = await server.call('getPrincipal', { principal, mask: PrincipalMask.NORMAL | PrincipalMask.KEY_DATA })
  return {
    principal: entry.principal ?? principal,
    expiration: entry.princExpireTime,
    lastPasswordChange: entry.lastPwdChange,
    pwExpiration: entry.pwExpiration,
    maxLife: entry.maxLife,
    maxRenewableLife: entry.maxRenewableLife,
    modifiedBy: entry.modName,
    modifiedAt: entry.modDate,
    attributes: entry.attributes,
    kvno: entry.kvno,
    mkvno: entry.mkvno,
    policy: entry.policy,
    lastSuccess: entry.lastSuccess,
    lastFailed: entry.lastFailed,
    failAuthCount: entry.failAuthCount,
    keys: entry.keyData.map(({ version, kvno, etype, saltType }) => ({ version: version > 1 ? 2 : 1, kvno, etype, saltType })),
    tlData: (entry.tlData ?? []).map(({ type, value }) => ({ type, contents: value })),
  }
}

/** The newest version of its keys. */
export async function keyVersion({ principal }: NameOnly, server: Kadm5): Promise<number> {
  const { entry } = await server.call('getPrincipal', { principal, mask: PrincipalMask.NORMAL })
  return entry.kvno
}

function changedEntry(change: PrincipalChange, more: readonly TaggedData[]): { readonly entry: PrincipalEnt; readonly mask: number } {
  const databaseArguments = (change.databaseArguments ?? []).map(word => ({
    type: WireTlType.DB_ARGS,
    contents: encodeText(`${word}\0`),
  }))
  const tagged = [...databaseArguments, ...(change.tlData ?? []), ...more]
  let mask = tagged.length > 0 ? PrincipalMask.TL_DATA : 0
  const take = <T>(value: T | undefined, bit: number, none: T): T => {
    if (value === undefined) return none
    mask |= bit
    return value
  }
  const tlData: readonly TlData[] | undefined =
    tagged.length > 0 ? tagged.map(({ type, contents }) => ({ type, value: contents })) : undefined
  const entry = {
    ...EMPTY_PRINCIPAL_ENT,
    attributes: take(change.attributes, PrincipalMask.ATTRIBUTES, 0),
    princExpireTime: take(change.expiration, PrincipalMask.PRINC_EXPIRE_TIME, 0),
    pwExpiration: take(change.pwExpiration, PrincipalMask.PW_EXPIRATION, 0),
    maxLife: take(change.maxLife, PrincipalMask.MAX_LIFE, 0),
    maxRenewableLife: take(change.maxRenewableLife, PrincipalMask.MAX_RLIFE, 0),
    kvno: take(change.kvno, PrincipalMask.KVNO, 0),
    policy: take<string | undefined>(change.policy, PrincipalMask.POLICY, undefined),
    failAuthCount: take<number>(change.failAuthCount, PrincipalMask.FAIL_AUTH_COUNT, 0),
    tlCount: tagged.length,
    tlData,
  }
  return { entry, mask }
}

function lowestFirst(seconds: number): Uint8Array {
  const octets = new Uint8Array(4)
  new DataView(octets.buffer).setUint32(0, seconds, true)
  return octets
}
