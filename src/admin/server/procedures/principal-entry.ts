import { decodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { PrincipalChange, PrincipalRecord, TaggedData } from '../../language/records.ts'
import { FIRST_FOREIGN_TL } from '../../run/entry.ts'
import { AUX_HAS_POLICY, PrincipalMask, WireTlType } from '../../wire/kadm5/masks.ts'
import { EMPTY_PRINCIPAL_ENT, type PrincipalEnt, type TlData } from '../../wire/kadm5/structures.ts'

/** Which bits a call may have; others are `KADM5_BAD_MASK`. */
export const CREATE_BITS =
  PrincipalMask.PRINCIPAL |
  PrincipalMask.PRINC_EXPIRE_TIME |
  PrincipalMask.PW_EXPIRATION |
  PrincipalMask.ATTRIBUTES |
  PrincipalMask.MAX_LIFE |
  PrincipalMask.KVNO |
  PrincipalMask.POLICY |
  PrincipalMask.POLICY_CLR |
  PrincipalMask.MAX_RLIFE |
  PrincipalMask.KEY_DATA |
  PrincipalMask.TL_DATA

export const MODIFY_BITS = (CREATE_BITS & ~(PrincipalMask.PRINCIPAL | PrincipalMask.KEY_DATA)) | PrincipalMask.FAIL_AUTH_COUNT

/** What a call says of a principal; `clearPolicy` is a bit without a field. */
export interface WantedPrincipal {
  readonly change: PrincipalChange
  readonly clearPolicy: boolean
}

/**
 * The fields that the mask names. A mask that promises what is not there is refused with the others. Throws `KADM5_BAD_MASK`, `KADM5_BAD_TL_TYPE`,
 * and `KADM5_BAD_SERVER_PARAMS` for a count of failures other than 0.
 */
export function wantedPrincipal(entry: PrincipalEnt, mask: number, allowed: number): WantedPrincipal {
  const has = (bit: number) => (mask & bit) !== 0
  if ((mask & ~allowed) !== 0) throw new KrbError('KADM5_BAD_MASK')
  if (has(PrincipalMask.KEY_DATA) && entry.keyCount !== 0) throw new KrbError('KADM5_BAD_MASK')
  if (has(PrincipalMask.POLICY) && entry.policy === undefined) throw new KrbError('KADM5_BAD_MASK')
  checkPolicyOnce(has(PrincipalMask.POLICY), has(PrincipalMask.POLICY_CLR))
  if (has(PrincipalMask.FAIL_AUTH_COUNT) && entry.failAuthCount !== 0) throw new KrbError('KADM5_BAD_SERVER_PARAMS')
  const tagged = has(PrincipalMask.TL_DATA) ? taggedData(entry.tlData) : {}
  return {
    clearPolicy: has(PrincipalMask.POLICY_CLR),
    change: {
      ...(has(PrincipalMask.ATTRIBUTES) ? { attributes: entry.attributes } : {}),
      ...(has(PrincipalMask.PRINC_EXPIRE_TIME) ? { expiration: entry.princExpireTime } : {}),
      ...(has(PrincipalMask.PW_EXPIRATION) ? { pwExpiration: entry.pwExpiration } : {}),
      ...(has(PrincipalMask.MAX_LIFE) ? { maxLife: entry.maxLife >>> 0 } : {}),
      ...(has(PrincipalMask.MAX_RLIFE) ? { maxRenewableLife: entry.maxRenewableLife >>> 0 } : {}),
      ...(has(PrincipalMask.KVNO) ? { kvno: entry.kvno } : {}),
      ...(has(PrincipalMask.POLICY) ? { policy: entry.policy! } : {}),
      ...(has(PrincipalMask.FAIL_AUTH_COUNT) ? { failAuthCount: 0 as const } : {}),
      ...tagged,
    },
  }
}

/** Restrictions may have put a policy where one was to be taken away. Throws `KADM5_BAD_MASK`. */
export function checkPolicyOnce(set: boolean, cleared: boolean): void {
  if (set && cleared) throw new KrbError('KADM5_BAD_MASK')
}

/** A principal with the fields that are asked for; bits without a field are ignored. */
export function principalEnt(record: PrincipalRecord, mask: number): PrincipalEnt {
  const when = <T>(bit: number, value: T, absent: T): T => ((mask & bit) !== 0 ? value : absent)
  const tlData = when(PrincipalMask.TL_DATA, record.tlData, [])
  const keyData = when(PrincipalMask.KEY_DATA, record.keys, [])
  return {
    ...EMPTY_PRINCIPAL_ENT,
    principal: when(PrincipalMask.PRINCIPAL, record.principal, undefined),
    princExpireTime: when(PrincipalMask.PRINC_EXPIRE_TIME, record.expiration, 0),
    lastPwdChange: when(PrincipalMask.LAST_PWD_CHANGE, record.lastPasswordChange, 0),
    pwExpiration: when(PrincipalMask.PW_EXPIRATION, record.pwExpiration, 0),
    maxLife: when(PrincipalMask.MAX_LIFE, record.maxLife, 0),
    modName: when(PrincipalMask.MOD_NAME, record.modifiedBy, undefined),
    modDate: when(PrincipalMask.MOD_TIME, record.modifiedAt, 0),
    attributes: when(PrincipalMask.ATTRIBUTES, record.attributes, 0),
    kvno: when(PrincipalMask.KVNO, record.kvno, 0),
    mkvno: when(PrincipalMask.MKVNO, record.mkvno, 0),
    policy: when(PrincipalMask.POLICY, record.policy, undefined),
    auxAttributes: when(PrincipalMask.AUX_ATTRIBUTES, record.policy === undefined ? 0 : AUX_HAS_POLICY, 0),
    maxRenewableLife: when(PrincipalMask.MAX_RLIFE, record.maxRenewableLife, 0),
    lastSuccess: when(PrincipalMask.LAST_SUCCESS, record.lastSuccess, 0),
    lastFailed: when(PrincipalMask.LAST_FAILED, record.lastFailed, 0),
    failAuthCount: when(PrincipalMask.FAIL_AUTH_COUNT, record.failAuthCount, 0),
    keyCount: keyData.length,
    keyData,
    tlCount: tlData.length,
    tlData: tlData.length === 0 ? undefined : wireTlData(tlData),
  }
}

/** Tagged data as the handlers want it. Throws `KADM5_BAD_TL_TYPE` for the database's own types. */
export function taggedData(list: readonly TlData[] = []): Pick<PrincipalChange, 'tlData' | 'databaseArguments'> {
  if (list.some(({ type }) => type < FIRST_FOREIGN_TL)) throw new KrbError('KADM5_BAD_TL_TYPE')
  const isArgument = ({ type }: TlData) => type === WireTlType.DB_ARGS
  const words = list.filter(isArgument).map(({ value }) => decodeText(value).replace(/\0.*$/s, ''))
  const others = list.filter(item => !isArgument(item)).map(({ type, value }) => ({ type, contents: Uint8Array.from(value) }))
  return { tlData: others, ...(words.length === 0 ? {} : { databaseArguments: words }) }
}

export function wireTlData(list: readonly TaggedData[]): readonly TlData[] {
  return list.map(({ type, contents }) => ({ type, value: contents }))
}
