import type { ChangePasswordWords } from '../../../admin/language/change-password.ts'
import { VERBS } from '../../../admin/language/index.ts'
import { encodeText } from '../../../core/bytes/text.ts'
import { type Principal, unparsePrincipal } from '../../../core/principal/principal.ts'
import { Secret } from '../../../core/secret/secret.ts'
import { askPassword } from '../ask.ts'
import { shown } from '../names.ts'
import { type Request, step, type Talk } from '../talk.ts'

const verb = VERBS.changePassword

export const changePassword: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'principal', kind: 'principal' }],
  run: async (words, talk) => {
    const read = verb.read(words, talk.reading())
    const name = shown(read.principal)
    // A password on the line wins over -randkey, as in MIT's.
    if (read.randomKey && read.password === undefined) return randomize(read, name, talk)
    using password = await choosePassword(read.principal, read.password, talk)
    const { principal, keepOld, keySalts } = read
    const change = () => talk.api.call(verb, { principal, password, keepOld, keySalts })
    await step('change_password', `while changing password for "${name}".`, change)
    talk.info(`Password for "${name}" changed.\n`)
    return { principal: unparsePrincipal(principal), changed: true }
  },
}

async function randomize({ principal, keepOld, keySalts }: ChangePasswordWords, name: string, talk: Talk): Promise<object> {
  const change = () => talk.api.call(verb, { principal, keepOld, keySalts })
  const { keys } = await step('change_password', `while randomizing key for "${name}".`, change)
  for (const { key } of keys) key.value.wipe()
  talk.info(`Key for "${name}" randomized.\n`)
  return { principal: unparsePrincipal(principal), changed: true }
}

async function choosePassword(principal: Principal, given: string | undefined, { env }: Talk): Promise<Secret> {
  if (given !== undefined) return new Secret(encodeText(given))
  const name = shown(principal)
  return step('change_password', `while reading password for "${name}".`, () => askPassword(name, env))
}
