import { KrbError } from '../../../core/errors/krb-error.ts'
import { type Request, step } from '../talk.ts'

/** Only MIT's DB2 database can be locked, from the host that it is on; ours needs it as little as klmdb and says the same. */
export const lock: Request = {
  names: ['lock'],
  about: 'Lock database exclusively (use with extreme caution!)',
  run: (_, { api }) =>
    step('lock', '', async () => {
      throw new KrbError(api.remote === true ? 'EINVAL' : 'KRB5_PLUGIN_OP_NOTSUPP')
    }),
}

/** There is never a lock to release. */
export const unlock: Request = {
  names: ['unlock'],
  about: 'Release exclusive database lock',
  run: async () => ({ changed: false }),
}
