import { ETYPE, type EtypeId } from '../registry/etype.ts'
import { etypeById, etypeByName } from './etypes/index.ts'

/**
 * A list of enctypes as in krb5.conf and kinit's and kvno's `-e`: names, aliases and families, in any case, separated by blanks or
 * commas. `+` adds and `-` takes away, one word after the other; `DEFAULT` stands for `defaults`. Words that mean nothing here, and
 * weak enctypes unless `allowWeak`, are passed over. An empty result is `KRB5_CONFIG_ETYPE_NOSUPP` to whoever needs an enctype.
 */
export function parseEtypeList(text: string, { defaults, allowWeak }: { defaults: readonly EtypeId[]; allowWeak: boolean }): EtypeId[] {
  const list = new Set<EtypeId>()
  for (const word of text.split(/[ \t\r\n,]+/)) {
    const name = word.replace(/^[+-]/, '').toLowerCase()
    for (const id of meaning(name, defaults)) {
      const etype = etypeById(id)
      if (etype === undefined || (etype.standing === 'weak' && !allowWeak)) continue
      if (word.startsWith('-')) list.delete(id)
      else list.add(id)
    }
  }
  return [...list]
}

function meaning(name: string, defaults: readonly EtypeId[]): readonly EtypeId[] {
  if (name === 'default') return defaults
  const etype = etypeByName(name)
  return FAMILIES.get(name) ?? (etype === undefined ? [] : [etype.id])
}

const FAMILIES: ReadonlyMap<string, readonly EtypeId[]> = new Map([
  [
    'aes',
    [ETYPE.AES256_CTS_HMAC_SHA1_96, ETYPE.AES128_CTS_HMAC_SHA1_96, ETYPE.AES256_CTS_HMAC_SHA384_192, ETYPE.AES128_CTS_HMAC_SHA256_128],
  ],
  ['camellia', [ETYPE.CAMELLIA256_CTS_CMAC, ETYPE.CAMELLIA128_CTS_CMAC]],
  ['des3', [ETYPE.DES3_CBC_SHA1]],
  ['rc4', [ETYPE.ARCFOUR_HMAC]],
])
