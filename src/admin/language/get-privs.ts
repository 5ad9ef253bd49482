import { QueryError } from '../query/query-error.ts'
import type { Verb } from './verb.ts'

export interface Privileges {
  readonly inquire: boolean
  readonly add: boolean
  readonly modify: boolean
  readonly delete: boolean
}

const usage = 'usage: get_privs\n'

export const getPrivs: Verb<undefined, Privileges> = {
  names: ['get_privs', 'getprivs'],
  about: 'Get privileges',
  usage,
  privilege: 'i',
  read: words => {
    if (words.length > 0) throw new QueryError(usage)
    return undefined
  },
  target: () => undefined,
}
