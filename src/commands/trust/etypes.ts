import { etypeById } from '../../core/crypto/etypes/index.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { ETYPE, type EtypeId, etypeIdByName, etypeStanding } from '../../core/registry/etype.ts'

/**
 * The encryption types of `--etypes`, in order, each once: names as in krb5.conf with blanks or commas between. Weak ones are not for keys on
 * which a whole realm depends. Throws `KRB5_BAD_ENCTYPE`.
 */
export function trustEtypes(text: string | undefined): readonly EtypeId[] {
  if (text === undefined) return USUAL
  const etypes = text
    .split(/[\s,]+/)
    .filter(word => word !== '')
    .map(usable)
  if (etypes.length === 0) throw bad('--etypes names no encryption type')
  return [...new Set(etypes)]
}

function usable(word: string): EtypeId {
  const etype = etypeIdByName(word)
  if (etype === undefined) throw bad(`"${displayText(word)}" is no encryption type`)
  if (etypeStanding(etype) === 'weak' || etypeById(etype) === undefined) throw bad(`${word} cannot be used for a trust`)
  return etype
}

function bad(text: string): KrbError {
  return new KrbError('KRB5_BAD_ENCTYPE', {}, { text, hints: ['for example --etypes aes256-cts,aes128-cts'] })
}

/** Those that MIT, Heimdal and Active Directory all have. */
const USUAL: readonly EtypeId[] = [ETYPE.AES256_CTS_HMAC_SHA1_96, ETYPE.AES128_CTS_HMAC_SHA1_96]
