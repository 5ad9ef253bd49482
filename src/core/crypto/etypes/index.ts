import { KrbError } from '../../errors/krb-error.ts'
import { type EtypeId, etypeIdByName, etypeName } from '../../registry/etype.ts'
import type { Etype } from '../etype.ts'
import { rfc8009 } from '../profiles/rfc8009.ts'
import { simplified } from '../profiles/simplified.ts'
import { AES128_SHA1, AES256_SHA1 } from './aes-sha1.ts'
import { AES128_SHA2, AES256_SHA2 } from './aes-sha2.ts'

/** What works here, in MIT's default order of preference. */
export const ETYPES: readonly Etype[] = [simplified(AES256_SHA1), simplified(AES128_SHA1), rfc8009(AES256_SHA2), rfc8009(AES128_SHA2)]

export function etypeById(id: EtypeId): Etype | undefined {
  return BY_ID.get(id)
}

/** Throws `KRB5_PROG_ETYPE_NOSUPP`. */
export function requireEtype(id: EtypeId): Etype {
  const etype = BY_ID.get(id)
  if (etype === undefined) throw new KrbError('KRB5_PROG_ETYPE_NOSUPP', { etype: etypeName(id) })
  return etype
}

/** By canonical name or alias, in any case. */
export function etypeByName(name: string): Etype | undefined {
  const id = etypeIdByName(name)
  return id === undefined ? undefined : BY_ID.get(id)
}

const BY_ID: ReadonlyMap<EtypeId, Etype> = new Map(ETYPES.map(etype => [etype.id, etype]))
