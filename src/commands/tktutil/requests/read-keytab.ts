import { during } from '../../../core/errors/krb-error.ts'
import { Complaint, type Request } from '../request.ts'

export const readKeytab: Request = {
  names: ['read_kt', 'rkt'],
  about: 'Read a krb5 keytab into the current keylist.',
  async run([name, ...more], { list, files }, called) {
    if (name === undefined || more.length > 0) throw new Complaint(`${called}: must specify keytab to read`)
    return during(`reading keytab "${name}"`, async () => {
      const entries = await files.read(name)
      if (entries.length > 0) await list.add(entries)
      return { json: { read: entries.length } }
    })
  },
}
