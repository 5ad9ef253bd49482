import { during } from '../../../core/errors/krb-error.ts'
import { keytabJson } from '../../tklist/render.ts'
import { listKeytab } from '../../tklist/run.ts'
import { listText } from '../render.ts'
import { Complaint, type Request } from '../request.ts'

export const list: Request = {
  names: ['list', 'l'],
  about: 'List the current keylist.',
  async run(words, session, called) {
    if (words.some(word => !OPTIONS.includes(word))) throw new Complaint(`${called}: usage: ${called} [-t] [-k] [-e]`)
    const listing = await during('reading keytab', () => listKeytab(session.list, words.includes('-k')))
    const zone = words.includes('-t') ? await session.zone() : undefined
    return {
      text: listText(listing.entries, { etypes: words.includes('-e'), ...(zone !== undefined && { zone }) }),
      json: keytabJson(listing),
    }
  },
}

const OPTIONS: readonly string[] = ['-t', '-k', '-e']
