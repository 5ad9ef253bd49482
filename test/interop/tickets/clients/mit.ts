import { join } from 'node:path'
import { PYTHON } from '../../../helpers/peers.ts'
import type { Client } from './client.ts'
import { mitLike, type Spelling } from './mit-like.ts'

/** kinit and kvno. Neither asks for forwarded, proxy and postdated service tickets, but their library does when a program calls it. */
export const MIT: Client = { id: 'mit', on: async (kdc, folder) => mitLike(SPELLING, kdc, folder) }

const SPELLING: Spelling = {
  kinit: 'kinit',
  kvno: 'kvno',
  derived: ({ how, cache, out, service, address, startIn }) => ({
    program: PYTHON,
    args: [
      LIBRARY,
      how,
      cache,
      out,
      service,
      ...(address === undefined ? [] : [address]),
      ...(startIn === undefined ? [] : [`${startIn}`]),
    ],
  }),
}

const LIBRARY = join(import.meta.dirname, 'mit-library.py')
