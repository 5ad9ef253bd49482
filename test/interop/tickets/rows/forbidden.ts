import type { Wish } from '../clients/client.ts'
import { Refused } from '../clients/client.ts'
import { FAILURES, HOUR, serviceWith, userWith } from '../entries.ts'
import type { Row } from '../trial.ts'

/** What entries, passwords and failures forbid: asked for by a client, then for a service. */
export const FORBIDDEN: readonly Row[] = [
  onUser('-allow_forwardable', { forwardable: true }),
  onUser('-allow_proxiable', { proxiable: true }),
  onUser('-allow_renewable', { renewableLife: 12 * HOUR }),
  onUser('-allow_postdated', { startIn: HOUR }),
  onUser('-allow_tix', {}),
  onUser('+needchange', {}),
  {
    id: 'user-needchange-changepw',
    title: 'client +needchange, for kadmin/changepw',
    run: async t => (await t.logIn(userWith('+needchange'), { service: 'kadmin/changepw' })).flags,
  },
  { id: 'user-expired', title: 'client expired', run: async t => (await t.logIn('u-expired')).flags },
  { id: 'user-password-expired', title: 'password expired', run: async t => (await t.logIn('u-password-expired')).flags },
  {
    id: 'user-password-expired-changepw',
    title: 'password expired, for kadmin/changepw',
    run: async t => (await t.logIn('u-password-expired', { service: 'kadmin/changepw' })).flags,
  },
  { id: 'wrong-password', title: 'wrong password', run: async t => (await t.logIn(`u-wrong-${t.client}`, { password: 'wrong' })).flags },
  {
    id: 'user-locked',
    title: `right password after ${FAILURES} wrong ones, -maxfailure ${FAILURES}`,
    run: async t => {
      const name = `u-locked-${t.client}`
      for (let failures = 0; failures < FAILURES; failures++) {
        await t.logIn(name, { password: 'wrong' }).catch((error: unknown) => {
          if (!(error instanceof Refused)) throw error
        })
      }
      return (await t.logIn(name)).flags
    },
  },
  onService('-allow_forwardable', { forwardable: true }),
  onService('-allow_proxiable', { proxiable: true }),
  onService('-allow_renewable', { renewableLife: 12 * HOUR }),
  {
    id: 'service-renewable-initial',
    title: 'service -allow_renewable, initial ticket',
    run: async t => (await t.logIn('alice', { renewableLife: 12 * HOUR, service: serviceWith('-allow_renewable') })).flags,
  },
  {
    id: 'service-postdated',
    title: 'service -allow_postdated, initial ticket',
    run: async t => (await t.logIn('alice', { startIn: HOUR, service: serviceWith('-allow_postdated') })).flags,
  },
  onService('-allow_tix', {}),
  onService('-allow_svr', {}),
  {
    id: 'service-svr-initial',
    title: 'service -allow_svr, initial ticket',
    run: async t => (await t.logIn('alice', { service: serviceWith('-allow_svr') })).flags,
  },
  onService('-allow_tgs_req', {}),
  {
    id: 'service-tgs_req-initial',
    title: 'service -allow_tgs_req, initial ticket',
    run: async t => (await t.logIn('alice', { service: serviceWith('-allow_tgs_req') })).flags,
  },
  onService('+requires_preauth', {}, 'u-no-preauth'),
  onService('+requires_hwauth', {}),
  onService('+ok_as_delegate', { forwardable: true }),
  { id: 'service-expired', title: 'service expired', run: async t => (await t.use(await t.logIn('alice'), 'svc/expired')).flags },
]

function onUser(attribute: string, wish: Wish): Row {
  const word = attribute.replace('-allow_', '').replace('+', '')
  return { id: `user-${word}`, title: `client ${attribute}`, run: async t => (await t.logIn(userWith(attribute), wish)).flags }
}

function onService(attribute: string, wish: Wish, client = 'alice'): Row {
  const word = attribute.replace('-allow_', '').replace('+', '')
  const by = client === 'alice' ? '' : ', client without'
  return {
    id: `service-${word}`,
    title: `service ${attribute}${by}`,
    run: async t => (await t.use(await t.logIn(client, wish), serviceWith(attribute))).flags,
  }
}
