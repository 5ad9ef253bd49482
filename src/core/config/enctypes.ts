import { parseEtypeList } from '../crypto/etype-list.ts'
import { ETYPE, type EtypeId } from '../registry/etype.ts'
import type { LibDefaults } from './libdefaults.ts'

/*
 * The enctype lists of [libdefaults]. They stand apart from the other values because only programs that encrypt should load the enctypes.
 */

/** permitted_enctypes: what may be used at all. */
export function permittedEnctypes(config: EnctypeRelations): readonly EtypeId[] {
  return parse(config.permittedEnctypeList, config)
}

/** What a KDC makes session keys of: the permitted ones, without triple DES and RC4 unless allow_des3 and allow_rc4 say so. */
export function sessionEnctypes(config: EnctypeRelations & Pick<LibDefaults, 'allowDes3' | 'allowRc4'>): readonly EtypeId[] {
  return permittedEnctypes(config).filter(
    etype => (etype !== ETYPE.DES3_CBC_SHA1 || config.allowDes3) && (etype !== ETYPE.ARCFOUR_HMAC || config.allowRc4),
  )
}

/** default_tkt_enctypes: what initial requests ask for. */
export function defaultTktEnctypes(config: EnctypeRelations): readonly EtypeId[] {
  return config.defaultTktEnctypeList === undefined ? permittedEnctypes(config) : parse(config.defaultTktEnctypeList, config)
}

/** default_tgs_enctypes: what requests for service tickets ask for. */
export function defaultTgsEnctypes(config: EnctypeRelations): readonly EtypeId[] {
  return config.defaultTgsEnctypeList === undefined ? permittedEnctypes(config) : parse(config.defaultTgsEnctypeList, config)
}

type EnctypeRelations = Pick<LibDefaults, 'permittedEnctypeList' | 'defaultTktEnctypeList' | 'defaultTgsEnctypeList' | 'allowWeakCrypto'>

function parse(text: string | undefined, config: EnctypeRelations): readonly EtypeId[] {
  return parseEtypeList(text ?? 'DEFAULT', { defaults: DEFAULT_ETYPES, allowWeak: config.allowWeakCrypto })
}

const DEFAULT_ETYPES: readonly EtypeId[] = [
  ETYPE.AES256_CTS_HMAC_SHA1_96,
  ETYPE.AES128_CTS_HMAC_SHA1_96,
  ETYPE.AES256_CTS_HMAC_SHA384_192,
  ETYPE.AES128_CTS_HMAC_SHA256_128,
  ETYPE.DES3_CBC_SHA1,
  ETYPE.ARCFOUR_HMAC,
  ETYPE.CAMELLIA128_CTS_CMAC,
  ETYPE.CAMELLIA256_CTS_CMAC,
]
