import type { Bytes } from '../../core/bytes/bytes.ts'
import { concat, sameBytes } from '../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { sameSecret } from '../../core/crypto/primitives/constant-time.ts'
import { keyFromPassword } from '../../core/crypto/string-to-key.ts'
import type { KeytabEntry } from '../../core/keytab/keytab.ts'
import { defaultSalt, type Principal } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import type { Finding } from './verdict.ts'

/** What a wrong key has to do with the password that the administrator takes for the right one, in a few words. */
export async function explainWithPassword({ entry, salt, s2kparams }: Finding, password: Secret): Promise<string> {
  if (salt === undefined) return ''
  if (await makes(entry, password, salt, s2kparams)) return "the key of this password with the KDC's salt: the KDC has another password"
  for (const other of usualSalts(entry.principal)) {
    if (sameBytes(other, salt) || !(await makes(entry, password, other))) continue
    return `the key of this password, made with the salt "${decodeText(other)}" instead of the KDC's "${decodeText(salt)}"`
  }
  return 'not a key of this password'
}

/** Salts that keytabs are made with by guesswork: the name's own, in other cases, in pieces, and the one of computers in Active Directory. */
function usualSalts(principal: Principal): readonly Bytes[] {
  const { realm, components } = principal
  const lower = components.map(text => text.toLowerCase())
  const names = [components, lower, [components[0]!, ...lower.slice(1)], components.slice(0, 1), components.slice(1)]
  const realms = [realm, realm.toUpperCase(), realm.toLowerCase(), '']
  const spelled = realms.flatMap(each => names.map(name => defaultSalt({ ...principal, realm: each, components: name })))
  const host = (components[1] ?? components[0]!).split('.', 1)[0]!.replace(/\$$/, '').toLowerCase()
  const computer = concat(encodeText(realm.toUpperCase()), encodeText(`host${host}.${realm.toLowerCase()}`))
  return [...spelled, computer]
}

async function makes({ key }: KeytabEntry, password: Secret, salt: Bytes, s2kparams?: Bytes): Promise<boolean> {
  const made = await keyFromPassword(key.etype, password, salt, s2kparams)
  try {
    return made.value.use(a => key.value.use(b => sameSecret(a, b)))
  } finally {
    made.value.wipe()
  }
}
