import { KrbError } from '../../errors/krb-error.ts'
import { ETYPE, type EtypeId, etypeIdByName, etypeName } from '../../registry/etype.ts'
import type { Etype } from '../etype.ts'
import { hasCipher } from '../primitives/cbc.ts'
import { hasMd5 } from '../primitives/hash.ts'
import { rfc3962 } from '../profiles/rfc3962.ts'
import { rfc6803 } from '../profiles/rfc6803.ts'
import { rfc8009 } from '../profiles/rfc8009.ts'
import { AES128_SHA1, AES256_SHA1 } from './aes-sha1.ts'
import { AES128_SHA2, AES256_SHA2 } from './aes-sha2.ts'
import { ARCFOUR, ARCFOUR_EXPORTABLE } from './arcfour.ts'
import { CAMELLIA128_CMAC, CAMELLIA256_CMAC } from './camellia.ts'
import { DES3_SHA1, des3 } from './des3.ts'

/** What is built here, in MIT's default order of preference; the last one is in no default. */
export const ETYPES: readonly Etype[] = [
  rfc3962(AES256_SHA1),
  rfc3962(AES128_SHA1),
  rfc8009(AES256_SHA2),
  rfc8009(AES128_SHA2),
  des3(DES3_SHA1),
  ARCFOUR,
  rfc6803(CAMELLIA128_CMAC),
  rfc6803(CAMELLIA256_CMAC),
  ARCFOUR_EXPORTABLE,
]

/** undefined also where this OpenSSL lacks what the enctype is made of. */
export function etypeById(id: EtypeId): Etype | undefined {
  const etype = BY_ID.get(id)
  const works = PARTS.get(id)
  return works === undefined || works() ? etype : undefined
}

/** Throws `KRB5_PROG_ETYPE_NOSUPP`. */
export function requireEtype(id: EtypeId): Etype {
  const etype = etypeById(id)
  if (etype === undefined) throw new KrbError('KRB5_PROG_ETYPE_NOSUPP', { etype: etypeName(id) })
  return etype
}

/** By canonical name or alias, in any case. */
export function etypeByName(name: string): Etype | undefined {
  const id = etypeIdByName(name)
  return id === undefined ? undefined : etypeById(id)
}

/** Asks OpenSSL once, and not before somebody wants to know. */
function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}

const BY_ID: ReadonlyMap<EtypeId, Etype> = new Map(ETYPES.map(etype => [etype.id, etype]))

/** What the older enctypes need of OpenSSL. */
const PARTS: ReadonlyMap<EtypeId, () => boolean> = new Map([
  [ETYPE.DES3_CBC_SHA1, once(() => hasCipher('des-ede3-cbc'))],
  [ETYPE.ARCFOUR_HMAC, once(hasMd5)],
  [ETYPE.CAMELLIA128_CTS_CMAC, once(() => hasCipher('camellia-128-cbc'))],
  [ETYPE.CAMELLIA256_CTS_CMAC, once(() => hasCipher('camellia-256-cbc'))],
  [ETYPE.ARCFOUR_HMAC_EXP, once(hasMd5)],
])
