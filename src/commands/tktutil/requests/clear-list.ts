import { during } from '../../../core/errors/krb-error.ts'
import { Complaint, type Request } from '../request.ts'

export const clearList: Request = {
  names: ['clear_list', 'clear'],
  about: 'Clear the current keylist.',
  async run(words, { list }, called) {
    if (words.length > 0) throw new Complaint(`${called}: invalid arguments`)
    const removed = await during('clearing keytab', () => list.remove(() => true))
    return { json: { removed } }
  },
}
