import { terseName } from '../query/terse.ts'
import { readPrincipal } from '../query/values.ts'
import type { NameOnly, PrincipalRecord } from './records.ts'
import type { Verb } from './verb.ts'

const usage = 'usage: get_principal [-terse] principal\n'

export const getPrincipal: Verb<NameOnly, PrincipalRecord, NameOnly & { readonly terse: boolean }> = {
  names: ['get_principal', 'getprinc'],
  about: 'Get principal',
  usage,
  privilege: 'i',
  options: [{ word: '-terse' }],
  read: (words, reading) => {
    const { terse, name } = terseName(words, usage)
    return { terse, principal: readPrincipal(name, 'get_principal', 'parsing principal', reading) }
  },
  target: input => input.principal,
}
