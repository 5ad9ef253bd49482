import { EtypeInfo, EtypeInfo2, type PaData } from '../../core/asn1/messages/pa-data.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { EMPTY } from '../../core/bytes/bytes.ts'
import { etypeById } from '../../core/crypto/etypes/index.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { PaType, type PaTypeId } from '../../core/registry/pa-type.ts'
import type { KeyTerms } from './preauth.ts'

/**
 * Enctype, salt and string-to-key parameters as the KDC's padata says: the entry of ETYPE-INFO2, else of ETYPE-INFO, that we like
 * best; else PW-SALT; else `present` (RFC 4120 §5.2.7.5). Unreadable hints are no hints, as to MIT. Throws
 * `KRB5_CONFIG_ETYPE_NOSUPP` when none of the entries was asked for, `KRB5_PROG_ETYPE_NOSUPP` when none is even known here.
 */
export function termsFrom(padata: readonly PaData[], asked: readonly EtypeId[], present: KeyTerms, env: Pick<Env, 'trace'>): KeyTerms {
  const entries = readEntries(padata)
  if (entries === undefined) return withSalt(padata, present, env)
  for (const etype of asked) {
    const entry = entries.find(e => e.etype === etype)
    if (entry === undefined) continue
    env.trace({ event: 'etype-info', etype, salt: entry.salt ?? EMPTY, params: entry.s2kparams ?? EMPTY })
    return { etype, salt: entry.salt, s2kparams: entry.s2kparams }
  }
  const known = entries.some(e => etypeById(e.etype) !== undefined)
  throw new KrbError(known ? 'KRB5_CONFIG_ETYPE_NOSUPP' : 'KRB5_PROG_ETYPE_NOSUPP', { offered: entries.map(e => e.etype).join(' ') })
}

export function findPadata(padata: readonly PaData[], type: PaTypeId): PaData | undefined {
  return padata.find(p => p.padataType === type)
}

interface Entry {
  readonly etype: EtypeId
  readonly salt?: Bytes | undefined
  readonly s2kparams?: Bytes | undefined
}

function readEntries(padata: readonly PaData[]): readonly Entry[] | undefined {
  const info2 = findPadata(padata, PaType.ETYPE_INFO2)
  if (info2 !== undefined) return readable(() => EtypeInfo2.decode(info2.padataValue))
  const info = findPadata(padata, PaType.ETYPE_INFO)
  return info && readable(() => EtypeInfo.decode(info.padataValue))
}

function readable<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

function withSalt(padata: readonly PaData[], present: KeyTerms, env: Pick<Env, 'trace'>): KeyTerms {
  const hint = findPadata(padata, PaType.PW_SALT)
  if (hint === undefined) return present
  env.trace({ event: 'salt-received', salt: hint.padataValue, paType: hint.padataType })
  return { ...present, salt: hint.padataValue }
}
