import type { Ticket } from '../clients/ticket.ts'
import type { Row } from '../trial.ts'
import { ELSEWHERE } from './use.ts'

/** RFC 4120 §2.5, §2.6 and §3.3.3. */
export const FORWARD_AND_PROXY: readonly Row[] = [
  {
    id: 'forward',
    title: 'forward a forwardable TGT',
    run: async t => (await t.forward(await t.logIn('alice', { forwardable: true }))).flags,
  },
  {
    id: 'forward-address',
    title: 'forward it to an address',
    run: async t => addressed(await t.forward(await t.logIn('alice', { forwardable: true }), ELSEWHERE)),
  },
  { id: 'forward-plain', title: 'forward one that is not forwardable', run: async t => (await t.forward(await t.logIn('alice'))).flags },
  {
    id: 'use-forwarded',
    title: 'use a forwarded TGT',
    run: async t => (await t.use(await t.forward(await t.logIn('alice', { forwardable: true })))).flags,
  },
  {
    id: 'forward-forwarded',
    title: 'forward a forwarded TGT',
    run: async t => (await t.forward(await t.forward(await t.logIn('alice', { forwardable: true })))).flags,
  },
  {
    id: 'proxy',
    title: 'a proxy for an address, out of a proxiable TGT',
    run: async t => addressed(await t.proxy(await t.logIn('alice', { proxiable: true }), 'svc/plain', ELSEWHERE)),
  },
  {
    id: 'proxy-by-ticket',
    title: 'the same, out of a proxiable ticket of the service',
    run: async t => {
      const tgt = await t.logIn('alice', { proxiable: true })
      return addressed(await t.proxy(await t.use(tgt), 'svc/plain', ELSEWHERE))
    },
  },
  {
    id: 'proxy-plain',
    title: 'a proxy out of a TGT that is not proxiable',
    run: async t => addressed(await t.proxy(await t.logIn('alice'), 'svc/plain', ELSEWHERE)),
  },
  {
    id: 'proxy-tgt',
    title: 'a proxy of the TGT itself',
    run: async t => addressed(await t.proxy(await t.logIn('alice', { proxiable: true }), `krbtgt/${t.realm}`, ELSEWHERE)),
  },
]

function addressed({ flags, addresses }: Ticket): string {
  return `${flags}, ${addresses.join(' ') === ELSEWHERE ? 'addressed' : `addresses: ${addresses.join(' ')}`}`
}
