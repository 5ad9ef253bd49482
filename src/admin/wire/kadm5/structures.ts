import type { Bytes } from '../../../core/bytes/bytes.ts'
import type { Key } from '../../../core/crypto/etype.ts'
import { Secret } from '../../../core/secret/secret.ts'
import { malformed } from '../xdr.ts'
import {
  array,
  type Codec,
  i16,
  i32,
  nullable,
  nullableString,
  opaque,
  principal,
  since,
  string,
  struct,
  u32,
  type ValueOf,
} from './codec.ts'
import { ApiVersion } from './masks.ts'

/** kadm5_principal_ent_rec. Fields that the call's mask does not name are zero or undefined and mean nothing. */
export type PrincipalEnt = ValueOf<typeof PRINCIPAL_FIELDS>
/** kadm5_policy_ent_rec. */
export type PolicyEnt = ValueOf<typeof POLICY_FIELDS>

/**
 * krb5_key_data without the key. Version 1 has no salt type of its own and means the normal one, 0. A type alias: declarations of the library spell it
 * out where they need it.
 */
type KeyData = {
  readonly version: number
  readonly kvno: number
  readonly etype: number
  readonly saltType: number
}

export interface TlData {
  readonly type: number
  readonly value: Bytes
}

/** krb5_key_salt_tuple. */
export type WireKeySalt = ValueOf<typeof KEY_SALT_FIELDS>
/** kadm5_key_data: a key with all that belongs to it. */
export type VersionedKey = ValueOf<typeof VERSIONED_KEY_FIELDS>
export type StringAttribute = ValueOf<typeof STRING_ATTRIBUTE_FIELDS>

const keyData: Codec<KeyData> = {
  least: 12,
  read: (reader, field, context) => {
    const version = i16.read(reader, field, context)
    const kvno = u32.read(reader, field, context)
    const etype = i16.read(reader, field, context)
    return { version, kvno, etype, saltType: version > 1 ? i16.read(reader, field, context) : 0 }
  },
  write: (writer, { version, kvno, etype, saltType }) => {
    writer.u32(version).u32(kvno).u32(etype)
    if (version > 1) writer.u32(saltType)
  },
}

/** A list with a bool before each element that says whether there is one. */
const tlData: Codec<readonly TlData[]> = {
  least: 4,
  read: (reader, field, context) => {
    const list: TlData[] = []
    while (reader.bool(field)) list.push({ type: i16.read(reader, field, context), value: reader.opaque(field).slice() })
    return list
  },
  write: (writer, list) => {
    for (const { type, value } of list) writer.bool(true).u32(type).opaque(value)
    writer.bool(false)
  },
}

/** krb5_keyblock. The key is copied; whoever gets it wipes it. */
export const keyblock: Codec<Key> = {
  least: 8,
  read: (reader, field) => ({ etype: reader.i32(field), value: Secret.copyOf(reader.opaque(field)) }),
  write: (writer, key) => {
    writer.u32(key.etype)
    key.value.use(octets => writer.opaque(octets))
  },
}

const PRINCIPAL_FIELDS = {
  principal,
  /** Seconds since 1970, 0 for never; so are the other times. */
  princExpireTime: u32,
  lastPwdChange: u32,
  pwExpiration: u32,
  maxLife: i32,
  modName: nullable(principal),
  modDate: u32,
  attributes: u32,
  kvno: u32,
  mkvno: u32,
  policy: nullableString,
  auxAttributes: i32,
  maxRenewableLife: i32,
  lastSuccess: u32,
  lastFailed: u32,
  failAuthCount: u32,
  /** What the caller says about the number of its keys: at least as many as there are. */
  keyCount: i16,
  /** Not compared with the list. */
  tlCount: i16,
  tlData: nullable(tlData),
  keyData: array(keyData),
} as const

const principalStruct = struct(PRINCIPAL_FIELDS)

export const principalEnt: Codec<PrincipalEnt> = {
  ...principalStruct,
  read: (reader, field, context) => {
    const entry = principalStruct.read(reader, field, context)
    if (entry.keyData.length > entry.keyCount || entry.keyCount < 0) throw malformed('keyCount')
    return entry
  },
}

const POLICY_FIELDS = {
  policy: nullableString,
  pwMinLife: i32,
  pwMaxLife: i32,
  pwMinLength: i32,
  pwMinClasses: i32,
  pwHistoryNum: i32,
  policyRefcnt: i32,
  pwMaxFail: since(ApiVersion.V3, u32, 0),
  pwFailcntInterval: since(ApiVersion.V3, i32, 0),
  pwLockoutDuration: since(ApiVersion.V3, i32, 0),
  attributes: since(ApiVersion.V4, u32, 0),
  maxLife: since(ApiVersion.V4, i32, 0),
  maxRenewableLife: since(ApiVersion.V4, i32, 0),
  allowedKeysalts: since(ApiVersion.V4, nullableString, undefined),
  tlCount: since(ApiVersion.V4, i16, 0),
  tlData: since<readonly TlData[] | undefined>(ApiVersion.V4, nullable(tlData), undefined),
} as const

export const policyEnt: Codec<PolicyEnt> = struct(POLICY_FIELDS)

const KEY_SALT_FIELDS = { etype: i32, saltType: i32 } as const
export const keySalts: Codec<readonly WireKeySalt[]> = array(struct(KEY_SALT_FIELDS))

const VERSIONED_KEY_FIELDS = { kvno: u32, key: keyblock, saltType: i16, salt: opaque } as const
export const versionedKeys: Codec<readonly VersionedKey[]> = array(struct(VERSIONED_KEY_FIELDS))

const STRING_ATTRIBUTE_FIELDS = { key: string, value: string } as const
export const stringAttribute: Codec<StringAttribute> = struct(STRING_ATTRIBUTE_FIELDS)

/** An entry in which nothing is said yet. */
export const EMPTY_PRINCIPAL_ENT: PrincipalEnt = {
  principal: undefined,
  princExpireTime: 0,
  lastPwdChange: 0,
  pwExpiration: 0,
  maxLife: 0,
  modName: undefined,
  modDate: 0,
  attributes: 0,
  kvno: 0,
  mkvno: 0,
  policy: undefined,
  auxAttributes: 0,
  maxRenewableLife: 0,
  lastSuccess: 0,
  lastFailed: 0,
  failAuthCount: 0,
  keyCount: 0,
  tlCount: 0,
  tlData: undefined,
  keyData: [],
}

/** A policy in which nothing is said yet. */
export const EMPTY_POLICY_ENT: PolicyEnt = {
  policy: undefined,
  pwMinLife: 0,
  pwMaxLife: 0,
  pwMinLength: 0,
  pwMinClasses: 0,
  pwHistoryNum: 0,
  policyRefcnt: 0,
  pwMaxFail: 0,
  pwFailcntInterval: 0,
  pwLockoutDuration: 0,
  attributes: 0,
  maxLife: 0,
  maxRenewableLife: 0,
  allowedKeysalts: undefined,
  tlCount: 0,
  tlData: undefined,
}
