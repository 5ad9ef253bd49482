import { ours } from '../../../helpers/own-realm.ts'
import type { Client } from './client.ts'
import { mitLike, type Spelling } from './mit-like.ts'

export const OURS: Client = { id: 'ours', on: async (kdc, folder) => mitLike(SPELLING, kdc, folder) }

const SPELLING: Spelling = {
  kinit: ours('tkinit'),
  kvno: ours('tkvno'),
  derived: ({ how, cache, out, service, address, startIn }) => ({
    program: ours('tkvno'),
    args: [
      how === 'postdated' ? `--start-time=${startIn}s` : `--${how}`,
      ...(address === undefined ? [] : [`--addresses=${address}`]),
      `--out-cache=${out}`,
      '-c',
      cache,
      ...(how === 'forwarded' ? [] : [service]),
    ],
  }),
}
