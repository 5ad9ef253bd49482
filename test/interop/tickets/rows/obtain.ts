import { DAY, HOUR } from '../entries.ts'
import type { Row } from '../trial.ts'

/** Initial tickets (RFC 4120 §2.1 to §2.9, §3.1.3). */
export const OBTAIN: readonly Row[] = [
  { id: 'plain', title: 'a TGT', run: async t => (await t.logIn('alice')).flags },
  { id: 'forwardable', title: 'a forwardable one', run: async t => (await t.logIn('alice', { forwardable: true })).flags },
  { id: 'proxiable', title: 'a proxiable one', run: async t => (await t.logIn('alice', { proxiable: true })).flags },
  { id: 'renewable', title: 'a renewable one', run: async t => (await t.logIn('alice', { renewableLife: 2 * DAY })).flags },
  { id: 'postdated', title: 'a postdated one', run: async t => (await t.logIn('alice', { startIn: HOUR })).flags },
  {
    id: 'addressed',
    title: 'one with the address of the machine',
    run: async t => {
      const { flags, addresses } = await t.logIn('alice', { addressed: true })
      return `${flags}, ${addresses.includes(t.address) ? 'addressed' : 'no address'}`
    },
  },
  {
    id: 'all',
    title: 'forwardable, proxiable, renewable and postdated at once',
    run: async t => (await t.logIn('alice', { forwardable: true, proxiable: true, renewableLife: 2 * DAY, startIn: HOUR })).flags,
  },
  { id: 'anonymous', title: 'an anonymous one, without PKINIT', run: async t => (await t.logIn('alice', { anonymous: true })).flags },
  {
    id: 'initial-service',
    title: 'an initial ticket for a service',
    run: async t => (await t.logIn('alice', { service: 'svc/plain' })).flags,
  },
  {
    id: 'renewable-ok',
    title: 'a TGT with more life than there is (renewable-ok)',
    run: async t => {
      const tgt = await t.logIn('alice', { life: 2 * DAY })
      return `${tgt.flags}, life ${t.life(tgt, 2 * DAY)}, renewable: ${t.renewableLife(tgt, 2 * DAY)}`
    },
  },
]
