import { readNumber } from '../../../admin/query/values.ts'
import { during, KrbError } from '../../../core/errors/krb-error.ts'
import { Complaint, type Request } from '../request.ts'

export const deleteEntry: Request = {
  names: ['delete_entry', 'delent'],
  about: 'Delete an entry from the current keylist.',
  async run([word, ...more], { list }, called) {
    if (word === undefined || more.length > 0) throw new Complaint(`${called}: must specify entry to delete`)
    const slot = readNumber(word)
    return during(`deleting entry ${slot}`, async () => {
      // Keytabs hand their entries to the matcher in the order in which `list` numbers them.
      let at = 0
      if ((await list.remove(() => ++at === slot)) === 0) throw new KrbError('EINVAL')
      return { json: { removed: 1, slot } }
    })
  },
}
