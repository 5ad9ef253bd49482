import { HOUR } from '../entries.ts'
import type { Row } from '../trial.ts'

/** A TGT used for a service (RFC 4120 §3.3). */
export const USE: readonly Row[] = [
  { id: 'use', title: 'use a TGT', run: async t => (await t.use(await t.logIn('alice'))).flags },
  {
    id: 'use-flags',
    title: 'use a forwardable, proxiable and renewable one',
    run: async t => (await t.use(await t.logIn('alice', { forwardable: true, proxiable: true, renewableLife: 12 * HOUR }))).flags,
  },
  {
    id: 'use-at-its-address',
    title: 'use an addressed one from its address',
    run: async t => {
      const { flags, addresses } = await t.use(await t.logIn('alice', { addressed: true }))
      return `${flags}, ${addresses.includes(t.address) ? 'addressed' : 'no address'}`
    },
  },
  {
    id: 'use-elsewhere',
    title: 'use one for another address',
    run: async t => (await t.use(await t.forward(await t.logIn('alice', { forwardable: true }), ELSEWHERE))).flags,
  },
  {
    id: 'use-invalid',
    title: 'use a postdated one that was not validated',
    run: async t => (await t.use(await t.logIn('alice', { startIn: HOUR }))).flags,
  },
  {
    id: 'use-expired',
    title: 'use one after its end',
    run: async t => {
      const tgt = await t.logIn('alice', { life: 2 })
      await t.after(tgt.end)
      return (await t.use(tgt)).flags
    },
  },
  {
    id: 'use-unknown',
    title: 'use one for a service that does not exist',
    run: async t => (await t.use(await t.logIn('alice'), 'svc/none')).flags,
  },
]

/** Of no machine (RFC 5737). */
export const ELSEWHERE = '192.0.2.1'
