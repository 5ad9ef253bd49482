import { VERBS } from '../../../admin/language/index.ts'
import { shown } from '../names.ts'
import { TABLE } from '../own-options.ts'
import { principalJson, principalTerse, principalText } from '../render/principal.ts'
import { type Request, step } from '../talk.ts'
import { tableOfPrincipals, wantsTable } from './overview.ts'
import { policyExists } from './policy-exists.ts'

const verb = VERBS.getPrincipal

export const getPrincipal: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'principal', kind: 'principal' }],
  own: [TABLE],
  run: async (words, talk) => {
    const { principal, terse } = verb.read(words, talk.reading())
    const get = () => talk.api.call(verb, { principal })
    const record = await step('get_principal', `while retrieving "${shown(principal)}".`, get)
    if (wantsTable(talk)) talk.print(await tableOfPrincipals([record]))
    else if (terse) talk.print(principalTerse(record))
    else {
      const missingPolicy = record.policy !== undefined && !(await policyExists(record.policy, talk))
      talk.print(principalText(record, { zone: talk.zone, missingPolicy }))
    }
    return { principal: principalJson(record) }
  },
}
