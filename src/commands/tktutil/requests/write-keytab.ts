import { during } from '../../../core/errors/krb-error.ts'
import { Complaint, type Request } from '../request.ts'

export const writeKeytab: Request = {
  names: ['write_kt', 'wkt'],
  about: 'Write the current keylist to a krb5 keytab.',
  async run([name, ...more], { list, files }, called) {
    if (name === undefined || more.length > 0) throw new Complaint(`${called}: must specify keytab to write`)
    return during(`writing keytab "${name}"`, async () => {
      const entries = await list.entries()
      const text = await files.write(name, entries)
      return { text, json: { written: entries.length } }
    })
  },
}
